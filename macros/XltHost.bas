Option Explicit
Option Private Module
' Starts Python through the DLL that xlwings installs beside the interpreter, and hands out the object that
' xlwings.serve offers. The paths stand on the hidden sheet of this add-in, written when it was built.
' One constant command means one Python process for all workbooks.

#If Win64 Then
Private Declare PtrSafe Function XLPyDLLActivateAuto Lib "xlwings64-XLWINGS_VERSION.dll" (ByRef answer As Variant, ByVal start As String, ByVal mode As Long) As Long
#Else
Private Declare PtrSafe Function XLPyDLLActivateAuto Lib "xlwings32-XLWINGS_VERSION.dll" (ByRef answer As Variant, ByVal start As String, ByVal mode As Long) As Long
#End If
Private Declare PtrSafe Function LoadLibraryW Lib "kernel32" (ByVal path As LongPtr) As LongPtr

Private Const START_PYTHON As Long = 1
Private Const PAUSE_SECONDS As Double = 30
Private libraryLoaded As Boolean
Private failedAt As Date

' After a failed start the next one is tried half a minute later: not once for each of 250 cells.
Public Function Server() As Object
    Dim answer As Variant
    If (Now - failedAt) * 86400# < PAUSE_SECONDS Then Err.Raise vbObjectError + 1, "xltools", "Python did not start"
    LoadDll
    If XLPyDLLActivateAuto(answer, Setting("start"), START_PYTHON) <> 0 Then
        failedAt = Now
        Err.Raise vbObjectError + 2, "xltools", CStr(answer)
    End If
    Set Server = answer
End Function

Private Sub LoadDll()
    Dim path As String
    If libraryLoaded Then Exit Sub
    #If Win64 Then
    path = Setting("dll64")
    #Else
    path = Setting("dll32")
    #End If
    If Len(path) > 0 Then
        If LoadLibraryW(StrPtr(path)) = 0 Then Err.Raise vbObjectError + 3, "xltools", "cannot load " & path
    End If
    libraryLoaded = True
End Sub

Public Sub TryAgainNow()
    failedAt = 0
End Sub
