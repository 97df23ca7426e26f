Option Explicit
Option Private Module

' The folder was made by the installer; without it there is no log, and no second error.
Public Sub WriteLog(ByVal place As String, ByVal reason As String)
    Dim number As Integer
    On Error Resume Next
    number = FreeFile
    Open Setting("log") For Append As #number
    Print #number, Format$(Now, "yyyy-mm-dd hh:nn:ss") & " " & place & ": " & reason
    Close #number
End Sub
