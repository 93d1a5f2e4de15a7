/* A winscard.dll for Wine, whose own is a stub: a smart-card service played by a state file.
 *
 * VIGICLE_TEST_WINSCARD names the file; its writer replaces it whole. Its lines:
 *   service <generation>              0: the service does not run; a context lives as long as its generation
 *   reader <counter> <0|1> <name>     the event counter, whether a card is in, and the name in UTF-8, to the line's end
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
#define PLUG_AND_PLAY L"\\\\?PnP?\\Notification"

enum {
    SUCCESS = 0,
    INTERNAL_ERROR = 0x80100001,
    CANCELLED = 0x80100002,
    UNKNOWN_READER = 0x80100009,
    TIMED_OUT = 0x8010000A,
    NO_CARD = 0x8010000C,
    NO_SERVICE = 0x8010001D,
    SERVICE_WENT = 0x8010001E,
    NO_READERS = 0x8010002E,
};
enum { CHANGED = 2, EMPTY = 0x10, PRESENT = 0x20 };

typedef uintptr_t context_handle;
struct reader_state { const WCHAR *reader; void *user; DWORD current, event, atr_length; BYTE atr[36]; };
struct reader { DWORD counter, present; WCHAR name[128]; };
struct picture { DWORD generation, count; struct reader readers[READERS_AT_MOST]; };

static const BYTE ATR[] = {0x3B, 0x02, 0x01, 0x02};
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
        char line[512], name[384];
        while (fgets(line, sizeof line, file) != NULL) {
            struct reader *reader = &now.readers[now.count];
            if (sscanf(line, "service %lu", &now.generation) == 1)
                continue;
            if (now.count < READERS_AT_MOST
                && sscanf(line, "reader %lu %lu %383[^\r\n]", &reader->counter, &reader->present, name) == 3)
                now.count += MultiByteToWideChar(CP_UTF8, 0, name, -1, reader->name, 128) > 0;
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
API LONG WINAPI SCardCancel(context_handle context) { (void)context, cancelled = 1; return SUCCESS; }

API LONG WINAPI SCardListReadersW(context_handle context, const WCHAR *groups, WCHAR *names, DWORD *length)
{
    struct picture now = look();
    (void)groups;
    if (now.generation != context)
        return SERVICE_WENT;
    if (now.count == 0)
        return NO_READERS;
    WCHAR *end = names;
    if (*length < now.count * 128 + 1)
        return INTERNAL_ERROR;
    for (DWORD i = 0; i < now.count; i++)
        end = wcscpy(end, now.readers[i].name) + wcslen(now.readers[i].name) + 1;
    *end++ = 0;
    *length = end - names;
    return SUCCESS;
}

static LONG compare(const struct picture *now, struct reader_state *state)
{
    DWORD seen;
    if (wcscmp(state->reader, PLUG_AND_PLAY) == 0) {
        seen = now->count << 16;
        state->event = seen | (seen != (state->current & 0xFFFF0000) ? CHANGED : 0);
        return SUCCESS;
    }
    for (DWORD i = 0; i < now->count; i++)
        if (wcscmp(state->reader, now->readers[i].name) == 0) {
            seen = now->readers[i].counter << 16 | (now->readers[i].present ? PRESENT : EMPTY);
            state->event = seen | (seen != (state->current & ~CHANGED) ? CHANGED : 0);
            state->atr_length = now->readers[i].present ? sizeof ATR : 0;
            memcpy(state->atr, ATR, sizeof ATR);
            return SUCCESS;
        }
    return UNKNOWN_READER;
}

API LONG WINAPI SCardGetStatusChangeW(context_handle context, DWORD limit_ms, struct reader_state *states, DWORD count)
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

API LONG WINAPI SCardConnectW(
    context_handle context, const WCHAR *name, DWORD share, DWORD protocols, context_handle *card, DWORD *protocol)
{
    struct picture now = look();
    (void)context, (void)share;
    for (DWORD i = 0; i < now.count; i++)
        if (wcscmp(name, now.readers[i].name) == 0 && now.readers[i].present) {
            *card = 1, *protocol = protocols & 1;
            return SUCCESS;
        }
    return NO_CARD;
}

API LONG WINAPI SCardDisconnect(context_handle card, DWORD disposition) { (void)card, (void)disposition; return SUCCESS; }

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
