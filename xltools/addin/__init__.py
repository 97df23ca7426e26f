"""Excel add-in and LibreOffice extension: functions in cells, buttons, the builders of both."""
