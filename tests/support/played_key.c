/* A PKCS#11 module for Linux and Windows: one slot, whose token holds one certificate and nothing else.
 *
 * VIGICLE_TEST_TOKEN names the certificate's file (DER); without the file there is no token.
 * VIGICLE_TEST_READER names the reader that the slot is of.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define CRYPTOKI_EXPORTS
#include <p11-kit/pkcs11.h>

static unsigned char certificate[1 << 16];
static int told;

static CK_ULONG size(void)
{
    FILE *file = fopen(getenv("VIGICLE_TEST_TOKEN"), "rb");
    CK_ULONG length = file != NULL ? fread(certificate, 1, sizeof certificate, file) : 0;
    if (file != NULL)
        fclose(file);
    return length;
}

static void put(unsigned char *field, size_t width, const char *text)
{
    memset(field, ' ', width);
    memcpy(field, text, strlen(text) < width ? strlen(text) : width);
}

static CK_RV initialize(void *arguments) { (void)arguments; return CKR_OK; }
static CK_RV finalize(void *reserved) { (void)reserved; return CKR_OK; }
static CK_RV close_session(CK_SESSION_HANDLE session) { (void)session; return CKR_OK; }
static CK_RV end_find(CK_SESSION_HANDLE session) { (void)session; return CKR_OK; }

static CK_RV info(CK_INFO *answer)
{
    memset(answer, 0, sizeof *answer);
    answer->cryptokiVersion.major = 2, answer->cryptokiVersion.minor = 40;
    put(answer->manufacturerID, 32, "vigicle's tests");
    put(answer->libraryDescription, 32, "one certificate");
    return CKR_OK;
}

static CK_RV slot_list(CK_BBOOL occupied, CK_SLOT_ID *slots, CK_ULONG *count)
{
    *count = !occupied || size() > 0;
    if (slots != NULL && *count)
        slots[0] = 0;
    return CKR_OK;
}

static CK_RV slot_info(CK_SLOT_ID slot, CK_SLOT_INFO *answer)
{
    (void)slot;
    memset(answer, 0, sizeof *answer);
    put(answer->slotDescription, 64, getenv("VIGICLE_TEST_READER"));
    put(answer->manufacturerID, 32, "vigicle's tests");
    answer->flags = CKF_REMOVABLE_DEVICE | CKF_HW_SLOT | (size() ? CKF_TOKEN_PRESENT : 0);
    return CKR_OK;
}

static CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *answer)
{
    (void)slot;
    if (!size())
        return CKR_TOKEN_NOT_PRESENT;
    memset(answer, 0, sizeof *answer);
    put(answer->label, 32, "test key");
    put(answer->manufacturerID, 32, "vigicle's tests");
    put(answer->model, 16, "test");
    put(answer->serialNumber, 16, "0001");
    put(answer->utcTime, 16, "");
    answer->flags = CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_LOGIN_REQUIRED;
    return CKR_OK;
}

static CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *a, CK_NOTIFY b, CK_SESSION_HANDLE *session)
{
    (void)slot, (void)flags, (void)a, (void)b;
    *session = 1;
    return size() ? CKR_OK : CKR_TOKEN_NOT_PRESENT;
}

static CK_RV find(CK_SESSION_HANDLE session, CK_ATTRIBUTE *wanted, CK_ULONG count)
{
    (void)session, (void)wanted, (void)count;
    told = 0;
    return CKR_OK;
}

static CK_RV found(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *objects, CK_ULONG most, CK_ULONG *count)
{
    (void)session;
    *count = most && !told++;
    if (*count)
        objects[0] = 1;
    return CKR_OK;
}

static CK_RV attribute(CK_ATTRIBUTE *asked)
{
    static CK_OBJECT_CLASS kind = CKO_CERTIFICATE;
    static CK_CERTIFICATE_TYPE type = CKC_X_509;
    const void *value = certificate;
    CK_ULONG length = size();
    if (asked->type == CKA_CLASS)
        value = &kind, length = sizeof kind;
    else if (asked->type == CKA_CERTIFICATE_TYPE)
        value = &type, length = sizeof type;
    else if (asked->type != CKA_VALUE) {
        asked->ulValueLen = CK_UNAVAILABLE_INFORMATION;
        return CKR_ATTRIBUTE_TYPE_INVALID;
    }
    if (asked->pValue != NULL && asked->ulValueLen < length)
        return CKR_BUFFER_TOO_SMALL;
    if (asked->pValue != NULL)
        memcpy(asked->pValue, value, length);
    asked->ulValueLen = length;
    return CKR_OK;
}

static CK_RV attributes(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *asked, CK_ULONG count)
{
    CK_RV code = CKR_OK;
    (void)session, (void)object;
    for (CK_ULONG i = 0; i < count; i++) {
        CK_RV own = attribute(&asked[i]);
        code = own != CKR_OK ? own : code;
    }
    return code;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    static CK_FUNCTION_LIST functions = {
        .version = {2, 40},
        .C_Initialize = initialize,
        .C_Finalize = finalize,
        .C_GetInfo = info,
        .C_GetFunctionList = C_GetFunctionList,
        .C_GetSlotList = slot_list,
        .C_GetSlotInfo = slot_info,
        .C_GetTokenInfo = token_info,
        .C_OpenSession = open_session,
        .C_CloseSession = close_session,
        .C_GetAttributeValue = attributes,
        .C_FindObjectsInit = find,
        .C_FindObjects = found,
        .C_FindObjectsFinal = end_find,
    };
    *list = &functions;
    return CKR_OK;
}
