/* A stand-in for libudev, preloaded into a private pcscd: USB readers that come and go at will.
 *
 * READERS_FOLDER holds a file readerN.plugged for each reader that is plugged in, and a FIFO `events` that
 * takes lines of 4 bytes: '+' or '-', the reader's number in two digits, a line feed. Reader N is a USB
 * device 1209:N whose node is READERS_FOLDER/readerN. Only what pcscd (1.9 to 2.3) calls is here.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READERS 16

struct udev_device {
    int number;
    char action, node[108], product[8], name[8];
};
struct udev_list_entry {
    char name[8];
    struct udev_list_entry *next;
};

static struct udev_list_entry entries[READERS];
static int events = -1; /* the FIFO; opaque handles point here */

static struct udev_device *device(int number, char action)
{
    struct udev_device *d = calloc(1, sizeof *d);
    d->number = number;
    d->action = action;
    snprintf(d->node, sizeof d->node, "%s/reader%d", getenv("READERS_FOLDER"), number);
    snprintf(d->product, sizeof d->product, "%04x", number);
    snprintf(d->name, sizeof d->name, "%02d", number);
    return d;
}

void *udev_new(void) { return &events; }
void *udev_unref(void *u) { return u; }
void *udev_enumerate_new(void *u) { return u; }
void *udev_enumerate_unref(void *e) { return e; }
int udev_enumerate_add_match_subsystem(void *e, const char *subsystem) { return !e || !subsystem; }

int udev_enumerate_scan_devices(void *e)
{
    struct udev_list_entry **last = &(struct udev_list_entry *){NULL};
    char path[160];
    memset(entries, 0, sizeof entries);
    for (int i = 0, used = 0; i < READERS; i++) {
        snprintf(path, sizeof path, "%s/reader%d.plugged", getenv("READERS_FOLDER"), i);
        if (access(path, F_OK))
            continue;
        snprintf(entries[used].name, sizeof entries[used].name, "%02d", i);
        *last = &entries[used];
        last = &entries[used++].next;
    }
    return !e;
}

struct udev_list_entry *udev_enumerate_get_list_entry(void *e)
{
    return e && *entries[0].name ? &entries[0] : NULL;
}

struct udev_list_entry *udev_list_entry_get_next(struct udev_list_entry *entry) { return entry->next; }
const char *udev_list_entry_get_name(struct udev_list_entry *entry) { return entry->name; }

struct udev_device *udev_device_new_from_syspath(void *u, const char *path)
{
    return u ? device(atoi(path), '+') : NULL;
}

struct udev_device *udev_device_unref(struct udev_device *d)
{
    free(d);
    return NULL;
}

struct udev_device *udev_device_get_parent_with_subsystem_devtype(struct udev_device *d, const char *s, const char *t)
{
    return s && t ? d : NULL;
}

const char *udev_device_get_devnode(struct udev_device *d) { return d->node; }
const char *udev_device_get_sysname(struct udev_device *d) { return d->name; }
const char *udev_device_get_action(struct udev_device *d) { return d->action == '+' ? "add" : "remove"; }

const char *udev_device_get_sysattr_value(struct udev_device *d, const char *name)
{
    if (!strcmp(name, "idVendor"))
        return "1209";
    if (!strcmp(name, "idProduct"))
        return d->product;
    return strcmp(name, "bInterfaceNumber") ? NULL : "00";
}

const char *udev_device_get_property_value(struct udev_device *d, const char *name)
{
    return d && name ? NULL : "";
}

void *udev_monitor_unref(void *m) { return m; }
void *udev_monitor_new_from_netlink(void *u, const char *name) { return name ? u : NULL; }
int udev_monitor_enable_receiving(void *m) { return !m; }
int udev_monitor_filter_add_match_subsystem_devtype(void *m, const char *s, const char *t)
{
    return !m || !s || !t;
}

int udev_monitor_get_fd(void *m)
{
    char path[160];
    snprintf(path, sizeof path, "%s/events", getenv("READERS_FOLDER"));
    if (m && events < 0)
        events = open(path, O_RDWR | O_CLOEXEC);
    return events;
}

struct udev_device *udev_monitor_receive_device(void *m)
{
    char line[5] = "";
    return m && read(events, line, 4) == 4 ? device(atoi(line + 1), line[0]) : NULL;
}
