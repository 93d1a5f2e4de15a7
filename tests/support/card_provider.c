/* A cryptographic provider for Wine whose private keys are on the played card.
 *
 * The functions that Windows asks for are those of "CryptoSPI" (learn.microsoft.com, "CryptoAPI Cryptographic Service
 * Providers"). A key is reached while VIGICLE_TEST_TOKEN names a file, in the reader VIGICLE_TEST_READER. It ends the
 * process where it is not asked to be silent, since it would then show a dialog.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define API __declspec(dllexport) BOOL WINAPI

API CPAcquireContext(HCRYPTPROV *provider, char *container, DWORD flags, void *table)
{
    FILE *card = fopen(getenv("VIGICLE_TEST_TOKEN"), "rb");
    (void)container, (void)table;
    if (!(flags & CRYPT_SILENT))
        ExitProcess(99);
    if (card == NULL) {
        SetLastError(SCARD_E_NO_SMARTCARD);
        return FALSE;
    }
    fclose(card);
    *provider = 1;
    return TRUE;
}

API CPGetProvParam(HCRYPTPROV provider, DWORD which, BYTE *data, DWORD *length, DWORD flags)
{
    const char *reader = getenv("VIGICLE_TEST_READER");
    (void)provider, (void)flags;
    if (which != PP_SMARTCARD_READER || *length <= strlen(reader)) {
        SetLastError(which != PP_SMARTCARD_READER ? (DWORD)NTE_BAD_TYPE : ERROR_MORE_DATA);
        return FALSE;
    }
    strcpy((char *)data, reader);
    *length = strlen(reader) + 1;
    return TRUE;
}

API CPReleaseContext(HCRYPTPROV provider, DWORD flags) { (void)provider, (void)flags; return TRUE; }

#define UNUSED(name) API name(void) { SetLastError(NTE_BAD_TYPE); return FALSE; }
UNUSED(CPCreateHash) UNUSED(CPDecrypt) UNUSED(CPDeriveKey) UNUSED(CPDestroyHash) UNUSED(CPDestroyKey)
UNUSED(CPDuplicateHash) UNUSED(CPDuplicateKey) UNUSED(CPEncrypt) UNUSED(CPExportKey) UNUSED(CPGenKey)
UNUSED(CPGenRandom) UNUSED(CPGetHashParam) UNUSED(CPGetKeyParam) UNUSED(CPGetUserKey) UNUSED(CPHashData)
UNUSED(CPHashSessionKey) UNUSED(CPImportKey) UNUSED(CPSetHashParam) UNUSED(CPSetKeyParam) UNUSED(CPSetProvParam)
UNUSED(CPSignHash) UNUSED(CPVerifySignature)
