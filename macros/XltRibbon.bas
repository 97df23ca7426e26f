Option Explicit
' Callbacks of customUI14.xml and customUI.xml.

Private watcher As XltEvents

Public Sub RibbonLoaded(ByVal ui As Object)
    If ui Is Nothing Then Exit Sub
    Set watcher = New XltEvents
    watcher.Watch Application
End Sub

Public Sub RibbonAction(ByVal control As Object)
    Dim actionId As String
    actionId = CStr(control.ID)
    If actionId = "repair" And Not ActiveWorkbook Is Nothing Then
        RepairFormulas ActiveWorkbook
    Else
        RunAction actionId
    End If
End Sub
