/* A PKCS#11 module with one token, all of which lies in files beside the library: LIBRARY.d/ holds
 * flags (hexadecimal), label, serial (raw), number.der (the certificates), fault ("crash C_FindObjects") and calls,
 * where each function that was called is noted. The structures are those of PKCS#11 2.40 on Linux (no packing). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long number;
typedef number (*function)();
enum { OK = 0, DEVICE_ERROR = 0x30, INVALID = 0x12, UNSUPPORTED = 0x54, TOO_SMALL = 0x150 };
enum { CLASS = 0, TOKEN = 1, PRIVATE = 2, LABEL = 3, VALUE = 0x11, TYPE = 0x80, ID = 0x102 };
typedef struct { unsigned char major, minor; } version;
typedef struct { version v; char maker[32]; number flags; char text[32]; version library; } info;
typedef struct { char text[64], maker[32]; number flags; version hardware, firmware; } slot_info;
typedef struct {
    char label[32], maker[32], model[16], serial[16];
    number flags, counts[10];
    version hardware, firmware;
    char clock[16];
} token_info;
typedef struct { number type; void *value; number length; } attribute;

static number next_object, objects;

static char *place(const char *name)
{
    static char path[4096];
    Dl_info where;
    dladdr(place, &where);
    snprintf(path, sizeof path, "%s.d/%s", where.dli_fname, name);
    return path;
}

static size_t content(const char *name, void *into, size_t room)
{
    FILE *file = fopen(place(name), "rb");
    size_t length = file ? fread(into, 1, room, file) : 0;
    if (file)
        fclose(file);
    return length;
}

static void copy(const char *from, const char *to)
{
    char part[65536];
    FILE *source = fopen(from, "rb"), *target = fopen(place(to), "wb");
    if (source && target)
        fwrite(part, 1, fread(part, 1, sizeof part, source), target);
    fclose(source), fclose(target);
}

static void note(const char *name, int value)
{
    FILE *file = fopen(place(name), "w");
    fprintf(file, "%d", value), fclose(file);
}

/* Leave a process in a session of its own, whose parent has ended. */
static void escape(void)
{
    int ready[2];
    char token;
    if (pipe(ready) || fork()) {
        close(ready[1]);
        while (read(ready[0], &token, 1) > 0)
            ;
        close(ready[0]);
        return;
    }
    setsid();
    if (fork())
        _exit(0);
    note("forked", getpid());
    close(ready[0]), close(ready[1]);
    for (;;)
        pause();
}

/* Note the call, and do what the file "fault" orders for it. */
static number called(const char *name)
{
    char fault[256] = "", *what = fault, *where;
    FILE *calls = fopen(place("calls"), "a");
    if (calls)
        fprintf(calls, "%s\n", name), fclose(calls);
    content("fault", fault, sizeof fault - 1);
    where = strchr(fault, ' ');
    if (!where || strcmp(where + 1, name))
        return OK;
    *where = 0;
    if (strstr(what, "escape"))
        escape();
    if (!strcmp(what, "escape"))
        return OK;
    if (strstr(what, "crash"))
        raise(SIGSEGV);
    if (strstr(what, "hang"))
        for (;;)
            pause();
    if (!strcmp(what, "exit"))
        _exit(0);
    if (!strcmp(what, "fork")) {
        int child = fork();
        while (child == 0)
            pause();
        /* The parent notes the child: the end of the read may kill the child before it could. */
        note("forked", child);
        return OK;
    }
    if (!strcmp(what, "report")) { /* what the process may use, and how much memory it gets */
        copy("/proc/self/status", "status"), copy("/proc/self/limits", "limits"), copy("/proc/self/environ", "environ");
        void *held[64];
        number pieces = 0, freed = 0;
        while (pieces < 64 && (held[pieces] = malloc(256 << 20)))
            pieces++;
        while (freed < pieces) /* what follows needs memory, too */
            free(held[freed++]);
        calls = fopen(place("pieces"), "w"), fprintf(calls, "%lu", pieces), fclose(calls);
        return OK;
    }
    if (!strcmp(what, "chatter"))
        for (;;)
            puts("chatter"), fflush(stdout);
    return DEVICE_ERROR;
}
#define CALLED(name) do { number fault = called(name); if (fault) return fault; } while (0)

static number unsupported(void) { return UNSUPPORTED; }
static number initialize(void *arguments) { CALLED("C_Initialize"); return OK; }
static number finalize(void *reserved) { return OK; }
static number get_info(info *out)
{
    memset(out, 0, sizeof *out), memset(out->maker, ' ', 32), memset(out->text, ' ', 32);
    out->v.major = 2, out->v.minor = 40;
    return OK;
}
static number slot_list(unsigned char present, number *slots, number *count)
{
    CALLED("C_GetSlotList");
    *count = 1;
    if (slots)
        *slots = 0;
    return OK;
}
static number get_slot(number slot, slot_info *out)
{
    CALLED("C_GetSlotInfo");
    memset(out, 0, sizeof *out), memset(out->text, ' ', 64), memset(out->maker, ' ', 32);
    content("slot", out->text, 64);
    out->flags = 1;
    return OK;
}
static number get_token(number slot, token_info *out)
{
    char flags[32] = "";
    CALLED("C_GetTokenInfo");
    memset(out, 0, sizeof *out), memset(out, ' ', 96);
    content("label", out->label, 32), content("serial", out->serial, 16), content("flags", flags, sizeof flags - 1);
    out->flags = strtoul(flags, 0, 16);
    return OK;
}
static number open_session(number slot, number flags, void *a, void *b, number *session)
{
    CALLED("C_OpenSession");
    *session = 1;
    return OK;
}
static number close_session(number session) { return OK; }
static number session_info(number session, number *out) { out[0] = 0, out[1] = 0, out[2] = 4, out[3] = 0; return OK; }
static number login(number session, number user, void *pin, number length) { called("C_Login"); return OK; }
static number find_init(number session, attribute *template, number count)
{
    char name[32];
    CALLED("C_FindObjectsInit");
    next_object = 0;
    for (objects = 0; snprintf(name, sizeof name, "%lu.der", objects), access(place(name), R_OK) == 0;)
        objects++;
    return OK;
}
static number find(number session, number *found, number room, number *count)
{
    CALLED("C_FindObjects");
    for (*count = 0; *count < room && next_object < objects; ++*count)
        found[*count] = ++next_object;
    return OK;
}
static number find_final(number session) { return OK; }

static number give(attribute *asked, const void *value, number length)
{
    number room = asked->length;
    asked->length = length;
    if (!asked->value)
        return OK;
    if (room < length)
        return asked->length = -1, TOO_SMALL;
    memcpy(asked->value, value, length);
    return OK;
}
static number get_value(number session, number object, attribute *asked, number count)
{
    static char value[4 << 20];
    char name[32], yes = 1, no = 0;
    number result = OK, said, certificate = 1, x509 = 0;
    CALLED("C_GetAttributeValue");
    snprintf(name, sizeof name, "%lu.der", object - 1);
    for (number i = 0; i < count; i++) {
        switch (asked[i].type) {
        case CLASS: said = give(&asked[i], &certificate, sizeof certificate); break;
        case TYPE: said = give(&asked[i], &x509, sizeof x509); break;
        case TOKEN: said = give(&asked[i], &yes, 1); break;
        case PRIVATE: said = give(&asked[i], &no, 1); break;
        case LABEL: said = give(&asked[i], value, content("label", value, 32)); break;
        case ID: said = give(&asked[i], &object, 1); break;
        case VALUE: said = give(&asked[i], value, content(name, value, sizeof value)); break;
        default: asked[i].length = -1, said = INVALID;
        }
        result = said ? said : result;
    }
    return result;
}

number C_GetFunctionList(void **out)
{
    static struct { version v; function functions[68]; } list = { { 2, 40 } };
    CALLED("C_GetFunctionList");
    for (int i = 0; i < 68; i++)
        list.functions[i] = (function)unsupported;
    list.functions[0] = (function)initialize, list.functions[1] = (function)finalize;
    list.functions[2] = (function)get_info, list.functions[3] = (function)C_GetFunctionList;
    list.functions[4] = (function)slot_list, list.functions[5] = (function)get_slot;
    list.functions[6] = (function)get_token, list.functions[12] = (function)open_session;
    list.functions[13] = (function)close_session, list.functions[15] = (function)session_info;
    list.functions[18] = (function)login, list.functions[24] = (function)get_value;
    list.functions[26] = (function)find_init, list.functions[27] = (function)find;
    list.functions[28] = (function)find_final;
    *out = &list;
    return OK;
}

__attribute__((constructor)) static void loaded(void) { called("load"); }
