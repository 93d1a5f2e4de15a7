; The Windows setup: for one person, without administrator's rights, or for the whole computer. `build_windows.py` gives
; VERSION, NUMBERS, PAYLOAD, SHORTCUT, OUTPUT, SIZE_KB, FILES, the pictures and the publisher, and SIGN where there is a key.
;
; setup.exe [/S] [/ALLUSERS] [/NOAUTOSTART] [/D=FOLDER]    silent: installs, upgrades or repairs; starts only what it has ended
; uninstall.exe [/S] [/PURGE]                              silent: keeps what vigicle remembers, unless /PURGE
;
; /ALLUSERS asks for an administrator once. Without it an upgrade keeps the kind that is installed.

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
!define WITHOUT_ID 2 ; of shortcut.c

Var WasRunning
Var IsFirst
Var IsForAll
Var Welcome
Var Locked

Name "vigicle"
OutFile "${OUTPUT}"
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
!define MUI_WELCOMEPAGE_TEXT "$Welcome"
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


; --- an administrator's rights; in both programs -----------------------------------------------------------------

!define RunElevated "!insertmacro RunElevated"
!define ELEVATED_SIZE 112 ; of SHELLEXECUTEINFOW in 64 bits
!define SEE_MASK_NOCLOSEPROCESS 0x40

; Leave in RESULT how a program has ended that Windows asks the person to allow, 2 where it is not allowed.
!macro RunElevated PROGRAM PARAMETERS RESULT
  StrCpy $5 "${PROGRAM}"
  StrCpy $6 `${PARAMETERS}`
  System::Call '*(i ${ELEVATED_SIZE}, i ${SEE_MASK_NOCLOSEPROCESS}, p $HWNDPARENT, w "runas", w r5, w r6, \
    p 0, i ${SW_SHOWNORMAL}, i 0, p 0, p 0, p 0, p 0, i 0, i 0, p 0, p 0) p.r9'
  System::Call 'shell32::ShellExecuteExW(p r9) i.r8'
  StrCpy ${RESULT} 2
  ${If} $8 == 0
    MessageBox MB_OK|MB_ICONSTOP "$(NEEDS_ADMINISTRATOR)" /SD IDOK
  ${Else}
    System::Call '*$9(i, i, p, p, p, p, p, i, i, p, p, p, p, i, i, p, p.r8)'
    System::Call 'kernel32::WaitForSingleObject(p r8, i -1)'
    System::Call 'kernel32::GetExitCodeProcess(p r8, *i.r7)'
    System::Call 'kernel32::CloseHandle(p r8)'
    StrCpy ${RESULT} $7
  ${EndIf}
  System::Free $9
!macroend

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

; Go on once every file can be replaced. Else end, with nothing changed: a program in two versions would not run.
Function ${un}WaitForFiles
  StrCpy $2 0
  ${Do}
    StrCpy $Locked ""
    ${${un}Locate} "$INSTDIR" "/L=F /B=1" "${un}TryFile"
    ${If} $Locked == ""
      ${Break}
    ${EndIf}
    IntOp $2 $2 + 1
    ${If} $2 > ${PATIENCE} ; a scanner lets go
      MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(FILE_IN_USE)" /SD IDCANCEL IDRETRY again
      Call ${un}GiveUp
      again:
      StrCpy $2 0
    ${EndIf}
    Sleep 250
  ${Loop}
FunctionEnd

; Called for each file, its path in $R9: note it in $Locked where nobody but its user may write into it.
Function ${un}TryFile
  StrCpy $R8 ""
  ${If} $R9 != "" ; the call for a folder, without which its name is printed in English
  ${AndIf} $R9 != "$INSTDIR\uninstall.exe" ; it may be what runs
    SetFileAttributes "$R9" NORMAL
    ClearErrors
    FileOpen $R7 "$R9" a
    ${If} ${Errors}
      StrCpy $Locked "$R9"
      StrCpy $R8 "StopLocate"
    ${Else}
      FileClose $R7
    ${EndIf}
  ${EndIf}
  Push $R8
FunctionEnd
!macroend
!insertmacro EndingOf ""
!insertmacro EndingOf "un."

Function GiveUp
  ${If} $WasRunning == 1
  ${AndIf} $IsForAll == 0
    Call Start
  ${EndIf}
  SetErrorLevel 2
  Quit
FunctionEnd

Function un.GiveUp
  ${If} $WasRunning == 1
  ${AndIf} $IsForAll == 0
    Exec '"$INSTDIR\vigiclew.exe" run'
  ${EndIf}
  SetErrorLevel 2
  Quit
FunctionEnd

; --- setup ----------------------------------------------------------------------------------------------------

Function .onInit
  ${IfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "$(NEEDS_WINDOWS_10)" /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  Call ChooseKind
  ${If} $INSTDIR == "" ; no /D
    ReadRegStr $INSTDIR SHCTX "${UNINSTALL_KEY}" "InstallLocation"
  ${EndIf}
  ${If} $INSTDIR == ""
    ${If} $IsForAll == 1
      StrCpy $INSTDIR "$PROGRAMFILES64\vigicle"
    ${Else}
      StrCpy $INSTDIR "$LOCALAPPDATA\Programs\vigicle"
    ${EndIf}
  ${EndIf}
FunctionEnd

; For everybody where /ALLUSERS says so, or where vigicle is installed so and not for this account.
Function ChooseKind
  StrCpy $IsForAll 0
  StrCpy $Welcome "$(WELCOME)"
  ReadRegStr $0 HKCU "${UNINSTALL_KEY}" "InstallLocation"
  ReadRegStr $1 HKLM "${UNINSTALL_KEY}" "InstallLocation"
  ${If} $0 == ""
  ${AndIf} $1 != ""
    StrCpy $IsForAll 1
  ${EndIf}
  ${GetParameters} $3
  ClearErrors
  ${GetOptions} $3 "/ALLUSERS" $2
  ${IfNot} ${Errors}
    StrCpy $IsForAll 1
  ${EndIf}
  ${If} $IsForAll == 1
    Call BecomeAdministrator
    SetShellVarContext all
    StrCpy $Welcome "$(WELCOME_ALL)"
  ${EndIf}
FunctionEnd

; Start this setup again with an administrator's rights, and end as it ends.
Function BecomeAdministrator
  UserInfo::GetAccountType
  Pop $0
  ${If} $0 != "Admin"
    StrCpy $3 "/ALLUSERS $3" ; the administrator's own account may have another one
    ${If} $INSTDIR != ""
      StrCpy $3 "$3 /D=$INSTDIR" ; NSIS takes /D away from the parameters
    ${EndIf}
    ${RunElevated} "$EXEPATH" $3 $0
    ${If} $0 == 0
      Call RemovePersonal
    ${EndIf}
    SetErrorLevel $0
    Quit
  ${EndIf}
FunctionEnd

; A folder with other things in it would lose its `lib` one day.
Function RefuseForeignFolder
  ReadRegStr $0 SHCTX "${UNINSTALL_KEY}" "InstallLocation"
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

; Register a task for the office's monitoring, where there is none: an administrator may have enabled it. It runs as
; SYSTEM, so only from where nobody else can write.
!macro RegisterTask NAME
  ${If} $INSTDIR == "$PROGRAMFILES64\vigicle"
  ${AndIfNot} ${FileExists} "$SYSDIR\Tasks\${NAME}"
    ${ForEach} $R9 1 5 + 1 ; the service of tasks may not answer yet
      nsExec::Exec '"$SYSDIR\schtasks.exe" /Create /TN "${NAME}" /XML "$INSTDIR\tasks\${NAME}.xml"'
      Pop $0
      ${If} $0 == 0
        ${Break}
      ${EndIf}
      DetailPrint "The task ${NAME} is not registered ($0)."
      Sleep 1000
    ${Next}
  ${EndIf}
!macroend

Section "vigicle"
  Call RefuseForeignFolder
  ${If} $IsForAll == 1
    DeleteRegValue HKCU "${RUN_KEY}" "vigicle" ; or two of them would start
  ${EndIf}
  Call EndRunning
  Call WaitForFiles
  ${If} ${FileExists} "$INSTDIR\uninstall.exe" ; it knows the files of its own version
    StrCpy $0 ""
    ExecWait '"$INSTDIR\uninstall.exe" /S /FILES _?=$INSTDIR' $0
    ${If} $0 == 2 ; it has changed nothing
      Call GiveUp
    ${EndIf}
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

  Call MakeShortcut
  WriteRegStr SHCTX "${MODEL_KEY}\${MODEL_ID}" "DisplayName" "vigicle"
  WriteRegStr SHCTX "${MODEL_KEY}\${MODEL_ID}" "IconUri" "$INSTDIR\vigicle.ico"
  WriteRegStr SHCTX "${SCHEME_KEY}" "" "URL:vigicle" ; a click on a notice, also when vigicle has ended
  WriteRegStr SHCTX "${SCHEME_KEY}" "URL Protocol" ""
  WriteRegStr SHCTX "${SCHEME_KEY}\shell\open\command" "" '"$INSTDIR\vigiclew.exe" answer "%1"'

  WriteRegStr SHCTX "${APP_PATHS_KEY}" "" "$INSTDIR\vigicle.exe" ; Windows key and R finds it by its name
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayName" "vigicle"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\vigicle.ico"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "Publisher" "${PUBLISHER}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "Contact" "${EMAIL}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "URLInfoAbout" "${HOME}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "HelpLink" "${SUPPORT}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "URLUpdateInfo" "${RELEASES}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoRepair" 1

  ${If} $IsForAll == 1
    !insertmacro RegisterTask "vigicle-metrics"
    !insertmacro RegisterTask "vigicle-collector"
  ${EndIf}

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
    ${AndIf} $IsForAll == 0 ; for everybody, from the next login
      Call Start
    ${EndIf}
  ${EndIf}
SectionEnd

; A removed shortcut that another program still reads bars the new one, until it lets go.
Function MakeShortcut
  InitPluginsDir
  File "/oname=$PLUGINSDIR\shortcut.exe" "${SHORTCUT}"
  SetOutPath "$INSTDIR" ; where the shortcut starts
  StrCpy $2 0
  ${Do}
    StrCpy $0 "" ; where it cannot run
    ExecWait '"$PLUGINSDIR\shortcut.exe" "${SHORTCUT_FILE}" "$INSTDIR\vigiclew.exe" run ${MODEL_ID}' $0
    ${If} $0 == 0
    ${OrIf} $0 == ${WITHOUT_ID}
      ${Break}
    ${EndIf}
    ClearErrors
    CreateShortcut "${SHORTCUT_FILE}" "$INSTDIR\vigiclew.exe" run
    IntOp $2 $2 + 1
    ${IfNot} ${Errors}
    ${OrIf} $2 > ${PATIENCE}
      ${Break}
    ${EndIf}
    Sleep 250
  ${Loop}
FunctionEnd

; Remove this account's own vigicle, without an administrator's rights. What it remembers stays.
Function RemovePersonal
  ReadRegStr $4 HKCU "${UNINSTALL_KEY}" "InstallLocation"
  ${If} $4 != ""
    ExecWait '"$4\uninstall.exe" /S _?=$4'
    Delete "$4\uninstall.exe"
    RMDir "$4"
  ${EndIf}
FunctionEnd

Function Start
  ${If} $IsForAll == 1 ; the shell starts it without the administrator's rights
    Exec '"$WINDIR\explorer.exe" "${SHORTCUT_FILE}"'
  ${Else}
    Exec '"$INSTDIR\vigiclew.exe" run'
  ${EndIf}
FunctionEnd

Function StartAtLogin
  ${If} $IsForAll == 1
    WriteRegStr HKLM "${RUN_KEY}" "vigicle" '"$INSTDIR\vigiclew.exe" run --at-login'
  ${Else}
    nsExec::Exec '"$INSTDIR\vigicle.exe" autostart enable'
    Pop $0
  ${EndIf}
FunctionEnd

; Who has switched it off before is not asked into it again.
Function OfferLoginStart
  ReadRegStr $0 SHCTX "${RUN_KEY}" "vigicle"
  ${If} $IsFirst == 0
  ${AndIf} $0 == ""
    SendMessage $mui.FinishPage.ShowReadme ${BM_SETCHECK} ${BST_UNCHECKED} 0
  ${EndIf}
FunctionEnd

; --- removal --------------------------------------------------------------------------------------------------

Function un.onInit
  StrCpy $IsForAll 0
  ReadRegStr $0 HKLM "${UNINSTALL_KEY}" "InstallLocation"
  ${If} $0 == $INSTDIR
    StrCpy $IsForAll 1
    SetShellVarContext all
    UserInfo::GetAccountType
    Pop $0
    ${If} $0 != "Admin"
      ${GetParameters} $3
      ${RunElevated} "$INSTDIR\uninstall.exe" $3 $0
      SetErrorLevel $0
      Quit
    ${EndIf}
  ${EndIf}
FunctionEnd

Section "Uninstall"
  Call un.EndRunning
  Call un.WaitForFiles
  ${GetParameters} $3
  ClearErrors
  ${GetOptions} $3 "/FILES" $4 ; a newer setup takes its place
  ${If} ${Errors}
    nsExec::Exec '"$INSTDIR\vigicle.exe" autostart disable'
    Pop $0
    DeleteRegValue SHCTX "${RUN_KEY}" "vigicle" ; a damaged one has left it
    Delete "${SHORTCUT_FILE}"
    ${If} $IsForAll == 1
      nsExec::Exec '"$SYSDIR\schtasks.exe" /Delete /F /TN "vigicle-metrics"'
      Pop $0
      nsExec::Exec '"$SYSDIR\schtasks.exe" /Delete /F /TN "vigicle-collector"'
      Pop $0
    ${EndIf}
    DeleteRegKey SHCTX "${MODEL_KEY}\${MODEL_ID}"
    DeleteRegKey SHCTX "${SCHEME_KEY}"
    DeleteRegKey SHCTX "${MODEL_KEY}\vigicle" ; desktop-notifier's
    DeleteRegKey SHCTX "${APP_PATHS_KEY}"
    DeleteRegKey SHCTX "${UNINSTALL_KEY}"
  ${EndIf}
  !include "${FILES}"
  RMDir /r "$INSTDIR\lib"
  ClearErrors
  ${GetOptions} $3 "/FILES" $4
  ${If} ${Errors}
    Call un.ForgetOnWish
  ${EndIf}
  Delete "$INSTDIR\uninstall.exe"
  SetOutPath "$TEMP"
  RMDir "$INSTDIR" ; only when it is empty, and the last act: others wait for it
SectionEnd

; What vigicle remembers, and its configuration, lie in one folder: that of the account that removes vigicle.
Function un.ForgetOnWish
  SetShellVarContext current ; that of the computer is the administrator's policy
  ClearErrors
  ${GetOptions} $3 "/PURGE" $4
  ${If} ${Errors}
    MessageBox MB_YESNO|MB_DEFBUTTON2|MB_ICONQUESTION "$(FORGET)" /SD IDNO IDNO keep
  ${EndIf}
  RMDir /r "$LOCALAPPDATA\vigicle"
  keep:
FunctionEnd
