/* A winscard.dll for Wine, whose own is a stub: a smart-card service played by a state file.
 *
 * VIGICLE_TEST_WINSCARD names the file; its writer replaces it whole. Its lines:
 *   service <generation>              0: the service does not run; a context lives as long as its generation
 *   reader <counter> <0|1> <name>     the event counter, whether a card is in, and the name, to the line's end
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define WIN32_LEAN_AND_MEAN /* without its winscard.h */
#include <windows.h>

#define API __declspec(dllexport)
#define LOOK_AGAIN_MS 20
#define READERS_AT_MOST 15
#define PLUG_AND_PLAY "\\\\?PnP?\\Notification"

enum {
    SUCCESS = 0,
    INTERNAL_ERROR = 0x80100001,
    CANCELLED = 0x80100002,
    UNKNOWN_READER = 0x80100009,
    TIMED_OUT = 0x8010000A,
    NO_SERVICE = 0x8010001D,
    SERVICE_WENT = 0x8010001E,
    NO_READERS = 0x8010002E,
};
enum { CHANGED = 2, EMPTY = 0x10, PRESENT = 0x20 };

typedef uintptr_t context_handle;
struct reader_state { const char *reader; void *user; DWORD current, event, atr_length; BYTE atr[36]; };
struct reader { DWORD counter, present; char name[128]; };
struct picture { DWORD generation, count; struct reader readers[READERS_AT_MOST]; };

API const DWORD g_rgSCardT0Pci[2] = {1, 8}, g_rgSCardT1Pci[2] = {2, 8}, g_rgSCardRawPci[2] = {0x10000, 8};
static volatile LONG cancelled;
static HANDLE started;

static struct picture look(void)
{
    static CRITICAL_SECTION turn;
    static volatile LONG made;
    static struct picture last;
    if (InterlockedCompareExchange(&made, 1, 0) == 0)
        InitializeCriticalSection(&turn), made = 2;
    while (made != 2)
        Sleep(1);
    EnterCriticalSection(&turn);
    FILE *file = fopen(getenv("VIGICLE_TEST_WINSCARD"), "rb");
    if (file != NULL) { /* else it is being replaced: the picture before still holds */
        struct picture now = {0};
        char line[256];
        while (fgets(line, sizeof line, file) != NULL) {
            struct reader *reader = &now.readers[now.count];
            if (sscanf(line, "service %lu", &now.generation) == 1)
                continue;
            if (now.count < READERS_AT_MOST
                && sscanf(line, "reader %lu %lu %127[^\r\n]", &reader->counter, &reader->present, reader->name) == 3)
                now.count++;
        }
        fclose(file);
        last = now;
    }
    struct picture seen = last;
    LeaveCriticalSection(&turn);
    return seen;
}

API LONG WINAPI SCardEstablishContext(DWORD scope, const void *a, const void *b, context_handle *context)
{
    (void)scope, (void)a, (void)b;
    *context = look().generation;
    return *context ? SUCCESS : NO_SERVICE;
}

API LONG WINAPI SCardReleaseContext(context_handle context) { (void)context; return SUCCESS; }
API LONG WINAPI SCardIsValidContext(context_handle context) { (void)context; return SUCCESS; }
API LONG WINAPI SCardFreeMemory(context_handle context, const void *memory) 
{
    (void)context;
    free((void *)memory);
    return SUCCESS;
}
API LONG WINAPI SCardCancel(context_handle context) { (void)context, cancelled = 1; return SUCCESS; }

/* Callers let it allocate: `names` is then the address of a pointer. */
API LONG WINAPI SCardListReadersA(context_handle context, const char *groups, char **names, DWORD *length)
{
    struct picture now = look();
    (void)groups;
    if (now.generation != context)
        return SERVICE_WENT;
    if (now.count == 0)
        return NO_READERS;
    if (*length != (DWORD)-1)
        return INTERNAL_ERROR;
    char *end = *names = calloc(now.count, sizeof now.readers[0].name + 1);
    for (DWORD i = 0; i < now.count; i++)
        end = strcpy(end, now.readers[i].name) + strlen(now.readers[i].name) + 1;
    *length = end - *names + 1;
    return SUCCESS;
}

static LONG compare(const struct picture *now, struct reader_state *state)
{
    DWORD seen;
    if (strcmp(state->reader, PLUG_AND_PLAY) == 0) {
        seen = now->count << 16;
        state->event = seen | (seen != (state->current & 0xFFFF0000) ? CHANGED : 0);
        return SUCCESS;
    }
    for (DWORD i = 0; i < now->count; i++)
        if (strcmp(state->reader, now->readers[i].name) == 0) {
            seen = now->readers[i].counter << 16 | (now->readers[i].present ? PRESENT : EMPTY);
            state->event = seen | (seen != (state->current & ~CHANGED) ? CHANGED : 0);
            return SUCCESS;
        }
    return UNKNOWN_READER;
}

API LONG WINAPI SCardGetStatusChangeA(context_handle context, DWORD limit_ms, struct reader_state *states, DWORD count)
{
    DWORD begun = GetTickCount();
    for (;;) {
        struct picture now = look();
        DWORD changes = 0;
        if (now.generation != context)
            return SERVICE_WENT;
        for (DWORD i = 0; i < count; i++) {
            LONG code = compare(&now, &states[i]);
            if (code != SUCCESS)
                return code;
            changes += (states[i].event & CHANGED) != 0;
        }
        if (changes)
            return SUCCESS;
        if (InterlockedExchange(&cancelled, 0))
            return CANCELLED;
        if (GetTickCount() - begun >= limit_ms)
            return TIMED_OUT;
        Sleep(LOOK_AGAIN_MS);
    }
}

static DWORD WINAPI announce(void *unused)
{
    (void)unused;
    for (;; Sleep(LOOK_AGAIN_MS))
        look().generation ? SetEvent(started) : ResetEvent(started);
    return 0;
}

API HANDLE WINAPI SCardAccessStartedEvent(void)
{
    if (started == NULL) {
        started = CreateEventW(NULL, TRUE, FALSE, NULL);
        CloseHandle(CreateThread(NULL, 0, announce, NULL, 0, NULL));
    }
    return started;
}

API void WINAPI SCardReleaseStartedEvent(void) {}

#define MISSING(name) API LONG WINAPI name(void) { return INTERNAL_ERROR; }
MISSING(SCardListReaderGroupsA)
MISSING(SCardConnectA)
MISSING(SCardReconnect)
MISSING(SCardDisconnect)
MISSING(SCardBeginTransaction)
MISSING(SCardEndTransaction)
MISSING(SCardStatusA)
MISSING(SCardState)
MISSING(SCardTransmit)
MISSING(SCardControl)
MISSING(SCardGetAttrib)
MISSING(SCardSetAttrib)
MISSING(SCardIntroduceReaderGroupA)
MISSING(SCardForgetReaderGroupA)
MISSING(SCardIntroduceReaderA)
MISSING(SCardForgetReaderA)
MISSING(SCardAddReaderToGroupA)
MISSING(SCardRemoveReaderFromGroupA)
MISSING(SCardListInterfacesA)
MISSING(SCardListCardsA)
MISSING(SCardGetProviderIdA)
MISSING(SCardGetCardTypeProviderNameA)
MISSING(SCardSetCardTypeProviderNameA)
MISSING(SCardLocateCardsA)
MISSING(SCardLocateCardsByATRA)
MISSING(SCardIntroduceCardTypeA)
MISSING(SCardForgetCardTypeA)
