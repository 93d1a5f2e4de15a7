; The Windows setup: for one person, without administrator's rights. `build_windows.py` gives VERSION, NUMBERS, PAYLOAD,
; SHORTCUT, OUTPUT, SIZE_KB, FILES, the pictures and the publisher, and SIGN where there is a key.
;
; setup.exe [/S] [/NOAUTOSTART] [/D=FOLDER]    silent: installs, upgrades or repairs; starts only what it has ended
; uninstall.exe [/S] [/PURGE]                  silent: keeps what vigicle remembers, unless /PURGE

Unicode true
Target amd64-unicode
RequestExecutionLevel user
SetCompressor /SOLID lzma
SetCompressorDictSize 64
ManifestDPIAware true

!include FileFunc.nsh
!include LogicLib.nsh
!include MUI2.nsh
!include WinVer.nsh

!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\vigicle"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define APP_PATHS_KEY "Software\Microsoft\Windows\CurrentVersion\App Paths\vigicle.exe"
!define MODEL_ID "vigicle.vigicle"
!define MODEL_KEY "Software\Classes\AppUserModelId"
!define SCHEME_KEY "Software\Classes\vigicle"
!define SHORTCUT_FILE "$SMPROGRAMS\vigicle.lnk"
!define PATIENCE 60 ; quarters of a second

Name "vigicle"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\vigicle"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
BrandingText "vigicle ${VERSION}"
VIProductVersion "${NUMBERS}"
VIAddVersionKey "ProductName" "vigicle"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "vigicle"
VIAddVersionKey "CompanyName" "${PUBLISHER}"
VIAddVersionKey "LegalCopyright" "The vigicle authors, MIT licence"
!ifdef SIGN
  !finalize '${SIGN} "%1"'
  !uninstfinalize '${SIGN} "%1"'
!endif

!define MUI_ICON "vigicle.ico"
!define MUI_UNICON "vigicle.ico"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${WELCOME_PICTURE}"
!define MUI_WELCOMEFINISHPAGE_BITMAP_STRETCH AspectFitHeight
!define MUI_UNWELCOMEFINISHPAGE_BITMAP "${WELCOME_PICTURE}"
!define MUI_HEADERIMAGE
!define MUI_HEADERIMAGE_RIGHT
!define MUI_HEADERIMAGE_BITMAP "${HEADER_PICTURE}"
!define MUI_HEADERIMAGE_BITMAP_STRETCH AspectFitHeight
!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TEXT "$(WELCOME)"
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_FUNCTION Start
!define MUI_FINISHPAGE_RUN_TEXT "$(START_NOW)"
!define MUI_FINISHPAGE_SHOWREADME
!define MUI_FINISHPAGE_SHOWREADME_FUNCTION StartAtLogin
!define MUI_FINISHPAGE_SHOWREADME_TEXT "$(START_AT_LOGIN)"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_INSTFILES
!define MUI_PAGE_CUSTOMFUNCTION_SHOW OfferLoginStart
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English" ; the first one stands in for all others
!insertmacro MUI_LANGUAGE "French"
!include "setup-texts.nsh"

Var WasRunning
Var IsFirst

; --- ending what runs; in both programs -------------------------------------------------------------------------

!macro EndingOf un
; Leave 1 in $0 while a program of $INSTDIR runs: Windows lets nobody write into a library in use.
Function ${un}IsRunning
  StrCpy $0 0
  ${If} ${FileExists} "$INSTDIR\python313.dll"
    ClearErrors
    FileOpen $1 "$INSTDIR\python313.dll" a
    ${If} ${Errors}
      StrCpy $0 1
    ${Else}
      FileClose $1
    ${EndIf}
  ${EndIf}
FunctionEnd

Function ${un}WaitForEnd
  StrCpy $2 0
  ${Do}
    Call ${un}IsRunning
    IntOp $2 $2 + 1
    ${If} $0 == 0
    ${OrIf} $2 > ${PATIENCE}
      ${Break}
    ${EndIf}
    Sleep 250
  ${Loop}
FunctionEnd

; Ask vigicle to quit; end it otherwise: a damaged one cannot be asked. Leave in $WasRunning whether it ran.
Function ${un}EndRunning
  Call ${un}IsRunning
  StrCpy $WasRunning $0
  ${If} $WasRunning == 1
    DetailPrint "$(ENDING)"
    nsExec::Exec /TIMEOUT=15000 '"$INSTDIR\vigicle.exe" quit'
    Pop $0
    ${If} $0 == 0
      Call ${un}WaitForEnd
    ${EndIf}
    Call ${un}IsRunning
    ${If} $0 == 1
      nsExec::Exec '"$SYSDIR\taskkill.exe" /F /IM vigiclew.exe /IM vigicle.exe'
      Pop $0
      Call ${un}WaitForEnd
    ${EndIf}
    ${If} $0 == 1
      MessageBox MB_OK|MB_ICONSTOP "$(STILL_RUNNING)" /SD IDOK
      SetErrorLevel 2
      Quit
    ${EndIf}
  ${EndIf}
FunctionEnd
!macroend
!insertmacro EndingOf ""
!insertmacro EndingOf "un."

; --- setup ----------------------------------------------------------------------------------------------------

Function .onInit
  ${IfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "$(NEEDS_WINDOWS_10)" /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
FunctionEnd

; A folder with other things in it would lose its `lib` one day.
Function RefuseForeignFolder
  ReadRegStr $0 HKCU "${UNINSTALL_KEY}" "InstallLocation"
  ${If} $0 == $INSTDIR
    StrCpy $IsFirst 0
  ${Else}
    StrCpy $IsFirst 1
    ${DirState} "$INSTDIR" $1
    ${If} $1 == 1
    ${AndIfNot} ${FileExists} "$INSTDIR\python313._pth"
    ${AndIfNot} ${FileExists} "$INSTDIR\uninstall.exe"
      MessageBox MB_OK|MB_ICONSTOP "$(FOREIGN_FOLDER)" /SD IDOK
      SetErrorLevel 2
      Quit
    ${EndIf}
  ${EndIf}
FunctionEnd

Section "vigicle"
  Call RefuseForeignFolder
  Call EndRunning
  ${If} ${FileExists} "$INSTDIR\uninstall.exe" ; it knows the files of its own version
    ExecWait '"$INSTDIR\uninstall.exe" /S /FILES _?=$INSTDIR'
  ${EndIf}
  RMDir /r "$INSTDIR\lib" ; of a damaged one
  ClearErrors
  SetOutPath "$INSTDIR"
  File /r "${PAYLOAD}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} ${Errors}
    MessageBox MB_OK|MB_ICONSTOP "$(NOT_WRITTEN)" /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}

  InitPluginsDir
  File "/oname=$PLUGINSDIR\shortcut.exe" "${SHORTCUT}"
  SetOutPath "$INSTDIR" ; where the shortcut starts
  ExecWait '"$PLUGINSDIR\shortcut.exe" "${SHORTCUT_FILE}" "$INSTDIR\vigiclew.exe" run ${MODEL_ID}' $0
  ${If} $0 == 1
    CreateShortcut "${SHORTCUT_FILE}" "$INSTDIR\vigiclew.exe" run
  ${EndIf}
  WriteRegStr HKCU "${MODEL_KEY}\${MODEL_ID}" "DisplayName" "vigicle"
  WriteRegStr HKCU "${MODEL_KEY}\${MODEL_ID}" "IconUri" "$INSTDIR\vigicle.ico"
  WriteRegStr HKCU "${SCHEME_KEY}" "" "URL:vigicle" ; a click on a notice, also when vigicle has ended
  WriteRegStr HKCU "${SCHEME_KEY}" "URL Protocol" ""
  WriteRegStr HKCU "${SCHEME_KEY}\shell\open\command" "" '"$INSTDIR\vigiclew.exe" answer "%1"'

  WriteRegStr HKCU "${APP_PATHS_KEY}" "" "$INSTDIR\vigicle.exe" ; Windows key and R finds it by its name
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "vigicle"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\vigicle.ico"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "${PUBLISHER}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Contact" "${EMAIL}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "URLInfoAbout" "${HOME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "HelpLink" "${SUPPORT}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "URLUpdateInfo" "${RELEASES}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1

  ${If} ${Silent}
    ${If} $IsFirst == 1
      ${GetParameters} $0
      ClearErrors
      ${GetOptions} $0 "/NOAUTOSTART" $1
      ${If} ${Errors}
        Call StartAtLogin
      ${EndIf}
    ${EndIf}
    ${If} $WasRunning == 1
      Call Start
    ${EndIf}
  ${EndIf}
SectionEnd

Function Start
  Exec '"$INSTDIR\vigiclew.exe" run'
FunctionEnd

Function StartAtLogin
  nsExec::Exec '"$INSTDIR\vigicle.exe" autostart enable'
  Pop $0
FunctionEnd

; Who has switched it off before is not asked into it again.
Function OfferLoginStart
  ReadRegStr $0 HKCU "${RUN_KEY}" "vigicle"
  ${If} $IsFirst == 0
  ${AndIf} $0 == ""
    SendMessage $mui.FinishPage.ShowReadme ${BM_SETCHECK} ${BST_UNCHECKED} 0
  ${EndIf}
FunctionEnd

; --- removal --------------------------------------------------------------------------------------------------

Section "Uninstall"
  Call un.EndRunning
  ${GetParameters} $3
  ClearErrors
  ${GetOptions} $3 "/FILES" $4 ; a newer setup takes its place
  ${If} ${Errors}
    nsExec::Exec '"$INSTDIR\vigicle.exe" autostart disable'
    Pop $0
    DeleteRegValue HKCU "${RUN_KEY}" "vigicle" ; a damaged one has left it
    Delete "${SHORTCUT_FILE}"
    DeleteRegKey HKCU "${MODEL_KEY}\${MODEL_ID}"
    DeleteRegKey HKCU "${SCHEME_KEY}"
    DeleteRegKey HKCU "${MODEL_KEY}\vigicle" ; desktop-notifier's
    DeleteRegKey HKCU "${APP_PATHS_KEY}"
    DeleteRegKey HKCU "${UNINSTALL_KEY}"
    Call un.ForgetOnWish
  ${EndIf}
  !include "${FILES}"
  RMDir /r "$INSTDIR\lib"
  Delete "$INSTDIR\uninstall.exe"
  SetOutPath "$TEMP"
  RMDir "$INSTDIR" ; only when it is empty
SectionEnd

; What vigicle remembers, and its configuration, lie in one folder.
Function un.ForgetOnWish
  ClearErrors
  ${GetOptions} $3 "/PURGE" $4
  ${If} ${Errors}
    MessageBox MB_YESNO|MB_DEFBUTTON2|MB_ICONQUESTION "$(FORGET)" /SD IDNO IDNO keep
  ${EndIf}
  RMDir /r "$LOCALAPPDATA\vigicle"
  keep:
FunctionEnd
