Option Explicit
Option Private Module
' A workbook that was saved elsewhere names the add-in by a path of that machine, or shows #NAME? until its
' formulas are read again. On opening, and by the button, they are bound to this add-in.

Private Const FUNCTION_PREFIX As String = "XT_"

Public Sub RepairFormulas(ByVal book As Workbook)
    Dim wasSaved As Boolean
    On Error GoTo Failed
    wasSaved = book.Saved
    RelinkSources book
    If UsesFunctions(book) Then
        Application.CalculateFullRebuild
        EnterAgain book
    End If
    If wasSaved Then book.Saved = True
    Exit Sub
Failed:
    WriteLog "repair", Err.Description
End Sub

Private Sub RelinkSources(ByVal book As Workbook)
    Dim sources As Variant
    Dim index As Long
    Dim addin As Workbook
    Set addin = ThisWorkbook
    sources = book.LinkSources(xlExcelLinks)
    If IsEmpty(sources) Then Exit Sub
    For index = LBound(sources) To UBound(sources)
        If IsAddin(CStr(sources(index))) And StrComp(CStr(sources(index)), addin.FullName, vbTextCompare) <> 0 Then
            book.ChangeLink CStr(sources(index)), addin.FullName, xlLinkTypeExcelLinks
        End If
    Next index
End Sub

Private Function IsAddin(ByVal path As String) As Boolean
    Dim fileName As String
    fileName = Mid$(path, InStrRev(Replace(path, "/", "\"), "\") + 1)
    IsAddin = (LCase$(fileName) = "xltools.xlam")
End Function

Private Function FormulaCells(ByVal sheet As Worksheet, ByVal kind As Long) As Range
    On Error Resume Next
    Set FormulaCells = sheet.UsedRange.SpecialCells(xlCellTypeFormulas, kind)
End Function

Private Function UsesFunctions(ByVal book As Workbook) As Boolean
    Dim sheet As Worksheet
    Dim found As Range
    Dim part As Range
    For Each sheet In book.Worksheets
        Set found = FormulaCells(sheet, xlNumbers + xlTextValues + xlLogical + xlErrors)
        If Not found Is Nothing Then
            For Each part In found.Areas
                If Mentions(part.Formula) Then
                    UsesFunctions = True
                    Exit Function
                End If
            Next part
        End If
    Next sheet
End Function

Private Function Mentions(ByVal formulas As Variant) As Boolean
    Dim formula As Variant
    If IsArray(formulas) Then
        For Each formula In formulas
            If InStr(1, CStr(formula), FUNCTION_PREFIX, vbTextCompare) > 0 Then
                Mentions = True
                Exit Function
            End If
        Next formula
    Else
        Mentions = InStr(1, CStr(formulas), FUNCTION_PREFIX, vbTextCompare) > 0
    End If
End Function

' Formulas still in #NAME? after a full rebuild are typed in again, as they stand.
Private Sub EnterAgain(ByVal book As Workbook)
    Dim sheet As Worksheet
    Dim found As Range
    Dim cell As Range
    For Each sheet In book.Worksheets
        Set found = FormulaCells(sheet, xlErrors)
        If Not found Is Nothing And Not sheet.ProtectContents Then
            For Each cell In found.Cells
                If cell.Value2 = CVErr(xlErrName) Then
                    If Mentions(cell.Formula) And Not cell.HasArray Then cell.Formula = cell.Formula
                End If
            Next cell
        End If
    Next sheet
End Sub
