"""One document model, and a writer for each published format (Word, PDF, web page, workbook)."""
