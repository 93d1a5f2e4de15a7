/* Both frameworks by which macOS shows its keychain, for Linux: one list of identities, some on a token.
 *
 * As documented: developer.apple.com, SecItemCopyMatching, "Core Foundation Design Concepts" (who creates or copies
 * releases). VIGICLE_TEST_KEYCHAIN names a folder with one DER file for each identity; "token-" begins the names of
 * those on a token. VIGICLE_TEST_KEYCHAIN_CODE is what a search for the token group answers, 0 for success.
 * `live_objects` counts what was created and not released.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct object { int references; const void *keys[16], *values[16]; int pairs; unsigned char *bytes; long length; char text[256]; };
int live_objects;

#define CONSTANT(name) static struct object object_##name = { .references = 1, .text = #name }; const void *name = &object_##name;
CONSTANT(kSecClass) CONSTANT(kSecClassIdentity) CONSTANT(kSecMatchLimit) CONSTANT(kSecMatchLimitAll)
CONSTANT(kSecReturnRef) CONSTANT(kSecReturnAttributes) CONSTANT(kSecUseAuthenticationUI)
CONSTANT(kSecUseAuthenticationUISkip) CONSTANT(kSecAttrAccessGroup) CONSTANT(kSecAttrAccessGroupToken)
CONSTANT(kSecAttrTokenID) CONSTANT(kSecValueRef) CONSTANT(kCFBooleanTrue)
const struct { long version; void *functions[5]; } kCFTypeDictionaryKeyCallBacks, kCFTypeDictionaryValueCallBacks;

static struct object *make(void)
{
    live_objects++;
    struct object *made = calloc(1, sizeof *made);
    made->references = 1;
    return made;
}

void CFRelease(struct object *object)
{
    if (--object->references)
        return;
    for (int i = 0; i < object->pairs; i++)
        if (object->keys[i] == NULL || object->keys[i] == kSecAttrTokenID || object->keys[i] == kSecValueRef)
            CFRelease((struct object *)object->values[i]); /* those that the search made */
    free(object->bytes);
    free(object);
    live_objects--;
}

struct object *CFDictionaryCreateMutable(void *allocator, long capacity, const void *keys, const void *values)
{
    if (allocator != NULL || capacity != 0 || keys != &kCFTypeDictionaryKeyCallBacks || values != &kCFTypeDictionaryValueCallBacks)
        abort();
    return make();
}

void CFDictionarySetValue(struct object *dictionary, const void *key, const void *value)
{
    dictionary->keys[dictionary->pairs] = key;
    dictionary->values[dictionary->pairs++] = value;
}

const void *CFDictionaryGetValue(const struct object *dictionary, const void *key)
{
    for (int i = 0; i < dictionary->pairs; i++)
        if (dictionary->keys[i] == key)
            return dictionary->values[i];
    return NULL;
}

long CFArrayGetCount(const struct object *array) { return array->pairs; }
const void *CFArrayGetValueAtIndex(const struct object *array, long index) { return array->values[index]; }
long CFDataGetLength(const struct object *data) { return data->length; }
const void *CFDataGetBytePtr(const struct object *data) { return data->bytes; }

bool CFStringGetCString(const struct object *string, char *buffer, long size, uint32_t encoding)
{
    if (encoding != 0x08000100)
        abort();
    return snprintf(buffer, size, "%s", string->text) < size;
}

static void add_identity(struct object *found, const char *folder, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    struct object *item = make(), *identity = make();
    identity->bytes = malloc(1 << 17);
    identity->length = fread(identity->bytes, 1, 1 << 17, file);
    fclose(file);
    CFDictionarySetValue(item, kSecValueRef, identity);
    if (strncmp(name, "token-", 6) == 0) {
        struct object *token = make();
        snprintf(token->text, sizeof token->text, "com.apple.pivtoken:%.8s", name + 6);
        CFDictionarySetValue(item, kSecAttrTokenID, token);
    }
    CFDictionarySetValue(found, NULL, item);
}

int32_t SecItemCopyMatching(const struct object *query, struct object **result)
{
    const char *code = getenv("VIGICLE_TEST_KEYCHAIN_CODE"), *folder = getenv("VIGICLE_TEST_KEYCHAIN");
    bool of_tokens = CFDictionaryGetValue(query, kSecAttrAccessGroup) == kSecAttrAccessGroupToken;
    if (CFDictionaryGetValue(query, kSecUseAuthenticationUI) != kSecUseAuthenticationUISkip)
        abort(); /* a dialog could show */
    if (of_tokens && code != NULL && atoi(code))
        return atoi(code);
    struct object *found = make();
    struct dirent *entry;
    DIR *names = opendir(folder);
    while ((entry = readdir(names)) != NULL)
        if (entry->d_name[0] != '.' && (!of_tokens || strncmp(entry->d_name, "token-", 6) == 0))
            add_identity(found, folder, entry->d_name);
    closedir(names);
    if (found->pairs == 0)
        return CFRelease(found), -25300;
    *result = found;
    return 0;
}

int32_t SecIdentityCopyCertificate(struct object *identity, struct object **certificate)
{
    identity->references++;
    *certificate = identity;
    return 0;
}

struct object *SecCertificateCopyData(struct object *certificate)
{
    certificate->references++;
    return certificate;
}
