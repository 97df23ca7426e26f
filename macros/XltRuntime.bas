Option Explicit
Option Private Module
' What the generated functions and the buttons share: settings, arguments as plain values, one retry.

Private Const PYTHON_MODULE As String = "xltools.addin.excel"
Private Const SERVER_UNAVAILABLE As Long = 462
Private Const RPC_UNAVAILABLE As Long = &H800706BA
Private Const RPC_FAILED As Long = &H800706BE
Private Const RPC_DISCONNECTED As Long = &H80010108

Public Function Setting(ByVal name As String) As String
    Dim row As Long
    With ThisWorkbook.Worksheets(1)
        For row = 1 To 20
            If .Cells(row, 1).Value2 = name Then Setting = CStr(.Cells(row, 2).Value2)
        Next row
    End With
End Function

' The result of a worksheet function. A failure is an Excel error, never a text where a number belongs.
Public Function Computed(ByVal functionName As String, ByVal arguments As Variant) As Variant
    Dim plain As Variant
    Dim attempt As Long
    Dim reason As String
    On Error GoTo Failed
    plain = PlainValues(arguments)
Again:
    Computed = AsCell(Server().CallUDF(PYTHON_MODULE, functionName, plain))
    Exit Function
Failed:
    reason = Err.Description ' what is called from here on may clear it
    If attempt = 0 And IsGone(Err.Number) Then
        attempt = 1
        Resume Again
    End If
    WriteLog functionName, reason
    Computed = CVErr(xlErrValue)
End Function

' A button: the action runs in Python, on the workbook that is active now.
Public Sub RunAction(ByVal actionId As String)
    Dim attempt As Long
    Dim reason As String
    On Error GoTo Failed
    TryAgainNow
Again:
    If ActiveWorkbook Is Nothing Then
        Server().CallUDF PYTHON_MODULE, "act", Array(actionId, False)
    Else
        Server().CallUDF PYTHON_MODULE, "act", Array(actionId, True), ActiveWorkbook
    End If
    Exit Sub
Failed:
    reason = Err.Description
    If attempt = 0 And IsGone(Err.Number) Then
        attempt = 1
        Resume Again
    End If
    WriteLog actionId, reason
    MsgBox Setting("failed") & vbCrLf & vbCrLf & Left$(reason, 400), vbExclamation, Setting("title")
End Sub

Private Function IsGone(ByVal number As Long) As Boolean
    Select Case number
    Case SERVER_UNAVAILABLE, RPC_UNAVAILABLE, RPC_FAILED, RPC_DISCONNECTED
        IsGone = True
    End Select
End Function

' Ranges become arrays of Value2, cut to the part of the sheet that is in use, all to the same length.
Private Function PlainValues(ByVal arguments As Variant) As Variant
    Dim index As Long
    Dim lastRow As Long
    Dim lastColumn As Long
    Dim area As Range
    lastRow = 1
    lastColumn = 1
    For index = LBound(arguments) To UBound(arguments)
        If IsObject(arguments(index)) Then
            Set area = arguments(index)
            If area.Areas.Count > 1 Then Err.Raise 5, "xltools", "a range of several areas"
            lastRow = Larger(lastRow, UsedRows(area))
            lastColumn = Larger(lastColumn, UsedColumns(area))
        End If
    Next index
    For index = LBound(arguments) To UBound(arguments)
        If IsObject(arguments(index)) Then
            Set area = arguments(index)
            Set area = area.Resize(Smaller(area.Rows.Count, lastRow), Smaller(area.Columns.Count, lastColumn))
            arguments(index) = area.Value2
        End If
    Next index
    PlainValues = arguments
End Function

Private Function UsedRows(ByVal area As Range) As Long
    With area.Worksheet.UsedRange
        UsedRows = Smaller(area.Rows.Count, .Row + .Rows.Count - area.Row)
    End With
End Function

Private Function UsedColumns(ByVal area As Range) As Long
    With area.Worksheet.UsedRange
        UsedColumns = Smaller(area.Columns.Count, .Column + .Columns.Count - area.Column)
    End With
End Function

Private Function Larger(ByVal first As Long, ByVal second As Long) As Long
    Larger = first
    If second > first Then Larger = second
End Function

Private Function Smaller(ByVal first As Long, ByVal second As Long) As Long
    Smaller = first
    If second < first Then Smaller = second
End Function

' Python names an error by its text; the cell gets the error itself.
Private Function AsCell(ByVal answer As Variant) As Variant
    AsCell = answer
    If VarType(answer) <> vbString Then Exit Function
    Select Case answer
    Case "#NULL!": AsCell = CVErr(xlErrNull)
    Case "#DIV/0!": AsCell = CVErr(xlErrDiv0)
    Case "#VALUE!": AsCell = CVErr(xlErrValue)
    Case "#REF!": AsCell = CVErr(xlErrRef)
    Case "#NAME?": AsCell = CVErr(xlErrName)
    Case "#NUM!": AsCell = CVErr(xlErrNum)
    Case "#N/A": AsCell = CVErr(xlErrNA)
    End Select
End Function
