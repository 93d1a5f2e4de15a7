; What the setup says beside NSIS's own texts.

!macro Say name english french
  LangString ${name} ${LANG_ENGLISH} "${english}"
  LangString ${name} ${LANG_FRENCH} "${french}"
!macroend

!insertmacro Say WELCOME \
  "vigicle tells you before the certificate of your key or card expires, and leads you to the right next step.$\r$\n$\r$\nIt is installed only for your account, without administrator’s rights. If it is open already, it will be closed and opened again.$\r$\n$\r$\nClick Install." \
  "vigicle vous prévient avant que le certificat de votre clé ou de votre carte n’expire, et vous mène à la bonne étape.$\r$\n$\r$\nIl s’installe pour vous seul, sans droits d’administrateur. Si vigicle est déjà ouvert, il sera fermé puis relancé.$\r$\n$\r$\nCliquez sur Installer."
!insertmacro Say WELCOME_ALL \
  "vigicle tells you before the certificate of your key or card expires, and leads you to the right next step.$\r$\n$\r$\nIt is installed for all accounts of this computer. If it is open already, it will be closed.$\r$\n$\r$\nClick Install." \
  "vigicle vous prévient avant que le certificat de votre clé ou de votre carte n’expire, et vous mène à la bonne étape.$\r$\n$\r$\nIl s’installe pour tous les comptes de cet ordinateur. Si vigicle est déjà ouvert, il sera fermé.$\r$\n$\r$\nCliquez sur Installer."
!insertmacro Say START_NOW "Start vigicle now" "Démarrer vigicle maintenant"
!insertmacro Say START_AT_LOGIN "Start vigicle with the computer" "Démarrer vigicle avec l’ordinateur"
!insertmacro Say ENDING "Ending vigicle…" "Arrêt de vigicle…"
!insertmacro Say STILL_RUNNING \
  "vigicle is still running, and cannot be replaced. Quit it in the menu of its icon. Then start this program again." \
  "vigicle est encore ouvert et ne peut pas être remplacé. Quittez-le dans le menu de son icône. Relancez ensuite ce programme."
!insertmacro Say NEEDS_ADMINISTRATOR \
  "Nothing was changed: for the whole computer vigicle needs an administrator. Start this program again, and allow it. To install vigicle only for your account, start it without /ALLUSERS." \
  "Rien n’a été modifié : pour tout l’ordinateur, vigicle a besoin d’un administrateur. Relancez ce programme et acceptez sa demande. Pour installer vigicle pour vous seul, lancez-le sans /ALLUSERS."
!insertmacro Say NEEDS_WINDOWS_10 \
  "vigicle needs Windows 10 or 11 (64 bits)." \
  "vigicle nécessite Windows 10 ou 11 (64 bits)."
!insertmacro Say FOREIGN_FOLDER \
  "The folder $INSTDIR holds other files. Choose an empty folder." \
  "Le dossier $INSTDIR contient d’autres fichiers. Choisissez un dossier vide."
!insertmacro Say NOT_WRITTEN \
  "Some files could not be written to $INSTDIR. Make room on the disk. Then start this program again." \
  "Certains fichiers n’ont pas pu être écrits dans $INSTDIR. Faites de la place sur le disque. Relancez ensuite ce programme."
!insertmacro Say FILE_IN_USE \
  "Another program holds a file of vigicle open:$\r$\n$\r$\n$Locked$\r$\n$\r$\nClose that program. Then click Retry. With Cancel nothing is changed." \
  "Un autre programme garde ouvert un fichier de vigicle :$\r$\n$\r$\n$Locked$\r$\n$\r$\nFermez ce programme. Cliquez ensuite sur Réessayer. Avec Annuler, rien n’est modifié."
!insertmacro Say FORGET \
  "vigicle is removed. Delete the dates of your keys and your settings as well?" \
  "vigicle est désinstallé. Effacer aussi les dates de vos clés et vos réglages ?"
