/* A pcscd driver for virtual readers.
 *
 * A reader listens on the Unix socket that ends its device name, as in usb:1209/0000:libudev:0:PATH. A client that connects is a card put in, one that closes is a card taken
 * out. Messages are those of vsmartcard's vpcd: a 2-byte big-endian length and the bytes; one single
 * byte is control (0 power off, 1 power on, 2 reset, 4 asks for the ATR), all else a command APDU.
 *
 * Files beside the socket keep both sides in step. PATH.plugged (by the tests): the reader is there.
 * PATH.holding (by the tests): a card will connect, so that pcscd finds it when the reader appears.
 * PATH.watched (by the driver): pcscd's thread has begun, what comes now counts as an event.
 * PATH.told (by the driver): one byte for each card of which pcscd has told its clients.
 *
 * Unlike vpcd it needs no TCP port, has exactly one slot, and notices at once, as a USB reader does;
 * with READERS_POLLED in its environment it looks every 0.4 s instead, as vpcd does. And it loses no swap:
 * pcscd also asks for the card's presence before it powers a card up or down, and counts only what its
 * watching thread hears once a round. So the absence lasts until the watcher has gone round.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <ifdhandler.h>
#include <reader.h>

#define READERS 16
#define ANSWER_MS 120000
#define CARD_MS 2000
#define POLL_MS 400 /* pcscd's own rate, with drivers that cannot wait */

static struct reader {
    int listener, card, stop; /* stop: an eventfd that ends the watcher's wait */
    int gone;          /* a card left, and the watcher has not gone round since */
    int told;          /* the watcher has heard of it */
    int is_new;        /* pcscd has not told its clients of the card yet */
    pthread_t watcher; /* pcscd's thread that counts this reader's events; 0 until it has begun */
    RESPONSECODE last; /* what was said last of the card's presence */
    char path[108], watched[120], holding[120], plugged[120], announced[120];
    UCHAR atr[MAX_ATR_SIZE];
    int atr_size;
} readers[READERS];

static struct reader *reader_of(DWORD lun) { return &readers[(lun >> 16) % READERS]; }

static void eject(struct reader *r)
{
    int fd = r->card;
    r->card = -1;
    r->atr_size = 0;
    if (fd >= 0) {
        r->gone = 1;
        close(fd);
    }
}

static int receive(int fd, UCHAR *buffer, size_t size)
{
    size_t got = 0;
    while (got < size) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        ssize_t n;
        if (poll(&p, 1, ANSWER_MS) <= 0)
            return -1;
        n = recv(fd, buffer + got, size - got, 0);
        if (n <= 0)
            return -1;
        got += (size_t)n;
    }
    return 0;
}

static int tell(struct reader *r, const UCHAR *data, size_t size)
{
    UCHAR message[2 + 65536];
    if (r->card < 0 || size > 65535)
        return -1;
    message[0] = (UCHAR)(size >> 8);
    message[1] = (UCHAR)size;
    memcpy(message + 2, data, size);
    return send(r->card, message, size + 2, MSG_NOSIGNAL) == (ssize_t)(size + 2) ? 0 : -1;
}

static int hear(struct reader *r, UCHAR *data, size_t room)
{
    UCHAR head[2];
    size_t size;
    if (receive(r->card, head, 2))
        return -1;
    size = (size_t)(head[0] << 8 | head[1]);
    if (size > room || receive(r->card, data, size))
        return -1;
    return (int)size;
}

static int control(struct reader *r, UCHAR code) { return tell(r, &code, 1); }

RESPONSECODE IFDHCreateChannelByName(DWORD Lun, LPSTR DeviceName)
{
    struct reader *r = reader_of(Lun);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *colon = strrchr(DeviceName, ':');
    const char *path = colon ? colon + 1 : DeviceName;
    snprintf(r->path, sizeof r->path, "%s", path);
    snprintf(r->watched, sizeof r->watched, "%s.watched", path);
    snprintf(r->plugged, sizeof r->plugged, "%s.plugged", path);
    snprintf(r->holding, sizeof r->holding, "%s.holding", path);
    snprintf(r->announced, sizeof r->announced, "%s.told", path);
    memcpy(address.sun_path, r->path, sizeof r->path);
    r->card = -1;
    r->gone = r->told = r->is_new = 0;
    r->watcher = 0;
    r->last = IFD_ICC_NOT_PRESENT;
    r->stop = eventfd(0, EFD_CLOEXEC);
    r->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(r->path);
    if (bind(r->listener, (struct sockaddr *)&address, sizeof address) || chmod(r->path, 0666) ||
        listen(r->listener, 8)) {
        perror(r->path);
        return IFD_COMMUNICATION_ERROR;
    }
    if (access(r->holding, F_OK) == 0) {
        struct pollfd p = {.fd = r->listener, .events = POLLIN};
        poll(&p, 1, CARD_MS);
    }
    return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannel(DWORD Lun, DWORD Channel)
{
    (void)Lun, (void)Channel;
    return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHCloseChannel(DWORD Lun)
{
    struct reader *r = reader_of(Lun);
    eject(r);
    close(r->listener);
    close(r->stop);
    unlink(r->watched);
    unlink(r->path);
    return IFD_SUCCESS;
}

/* Note that pcscd has told its clients of the card that is in. */
static void announce(struct reader *r)
{
    int file = open(r->announced, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    r->is_new = 0;
    if (write(file, ".", 1) != 1)
        perror(r->announced);
    close(file);
}

/* Return when a card came or went; called by pcscd's thread of this reader, without its lock. */
static RESPONSECODE wait_for_change(DWORD Lun, int timeout_ms)
{
    struct reader *r = reader_of(Lun);
    int card = r->card;
    struct pollfd p[] = {{.fd = r->stop, .events = POLLIN},
                         {.fd = card >= 0 ? card : r->listener, .events = card >= 0 ? POLLRDHUP : POLLIN}};
    if (!r->watcher)
        close(creat(r->watched, 0666));
    r->watcher = pthread_self();
    if (r->is_new)
        announce(r);
    if (r->gone && !r->told)
        return IFD_SUCCESS;
    r->gone = r->told = 0;
    if (access(r->plugged, F_OK))
        poll(p, 1, timeout_ms);
    else if (getenv("READERS_POLLED"))
        poll(p, 1, POLL_MS);
    else
        poll(p, 2, timeout_ms);
    if (p[0].revents) /* pcscd also stops the wait when a client disconnects, and waits again */
        eventfd_read(r->stop, &(eventfd_t){0});
    return IFD_SUCCESS;
}

/* End the wait above, before the reader goes: a thread that is cancelled may leave pcscd's locks held. */
static RESPONSECODE stop_waiting(DWORD Lun)
{
    return eventfd_write(reader_of(Lun)->stop, 1) ? IFD_COMMUNICATION_ERROR : IFD_SUCCESS;
}

static RESPONSECODE give(PDWORD Length, PUCHAR Value, const void *data, DWORD size)
{
    if (*Length < size)
        return IFD_ERROR_INSUFFICIENT_BUFFER;
    memcpy(Value, data, size);
    *Length = size;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD Lun, DWORD Tag, PDWORD Length, PUCHAR Value)
{
    struct reader *r = reader_of(Lun);
    RESPONSECODE (*wait)(DWORD, int) = wait_for_change;
    RESPONSECODE (*stop)(DWORD) = stop_waiting;
    UCHAR readers_at_once = READERS, slots = 1, no = 0;
    switch (Tag) {
    case TAG_IFD_ATR:
    case SCARD_ATTR_ATR_STRING:
        return give(Length, Value, r->atr, (DWORD)r->atr_size);
    case TAG_IFD_SIMULTANEOUS_ACCESS:
        return give(Length, Value, &readers_at_once, 1);
    case TAG_IFD_SLOTS_NUMBER:
        return give(Length, Value, &slots, 1);
    case TAG_IFD_THREAD_SAFE: /* between readers it is */
        return give(Length, Value, "\1", 1);
    case TAG_IFD_SLOT_THREAD_SAFE:
        return give(Length, Value, &no, 1);
    case TAG_IFD_POLLING_THREAD_WITH_TIMEOUT:
        return give(Length, Value, &wait, sizeof wait);
    case TAG_IFD_STOP_POLLING_THREAD:
        return give(Length, Value, &stop, sizeof stop);
    default:
        return IFD_ERROR_TAG;
    }
}

RESPONSECODE IFDHSetCapabilities(DWORD Lun, DWORD Tag, DWORD Length, PUCHAR Value)
{
    (void)Lun, (void)Tag, (void)Length, (void)Value;
    return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHSetProtocolParameters(DWORD Lun, DWORD Protocol, UCHAR Flags, UCHAR P1, UCHAR P2, UCHAR P3)
{
    (void)Lun, (void)Protocol, (void)Flags, (void)P1, (void)P2, (void)P3;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHPowerICC(DWORD Lun, DWORD Action, PUCHAR Atr, PDWORD AtrLength)
{
    struct reader *r = reader_of(Lun);
    int size;
    if (Action == IFD_POWER_DOWN) {
        control(r, 0);
        return IFD_SUCCESS;
    }
    if (control(r, Action == IFD_RESET ? 2 : 1) || control(r, 4) || (size = hear(r, r->atr, sizeof r->atr)) < 0) {
        eject(r);
        return IFD_ERROR_POWER_ACTION;
    }
    r->atr_size = size;
    memcpy(Atr, r->atr, (size_t)size);
    *AtrLength = (DWORD)size;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHTransmitToICC(DWORD Lun, SCARD_IO_HEADER SendPci, PUCHAR TxBuffer, DWORD TxLength,
                               PUCHAR RxBuffer, PDWORD RxLength, PSCARD_IO_HEADER RecvPci)
{
    struct reader *r = reader_of(Lun);
    DWORD room = *RxLength;
    int size;
    *RxLength = 0;
    if (RecvPci)
        RecvPci->Protocol = SendPci.Protocol;
    if (tell(r, TxBuffer, TxLength) || (size = hear(r, RxBuffer, room)) < 0) {
        eject(r);
        return IFD_COMMUNICATION_ERROR;
    }
    *RxLength = (DWORD)size;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHControl(DWORD Lun, DWORD Code, PUCHAR TxBuffer, DWORD TxLength, PUCHAR RxBuffer,
                         DWORD RxLength, LPDWORD BytesReturned)
{
    (void)Lun, (void)Code, (void)TxBuffer, (void)TxLength, (void)RxBuffer, (void)RxLength;
    *BytesReturned = 0;
    return IFD_NOT_SUPPORTED;
}

static RESPONSECODE presence(struct reader *r)
{
    struct pollfd p = {.fd = r->card, .events = POLLRDHUP};
    if (r->card >= 0 && poll(&p, 1, 0) == 0)
        return IFD_ICC_PRESENT;
    eject(r);
    if (r->gone) { /* even when the next card waits already */
        if (pthread_equal(r->watcher, pthread_self()))
            r->told = 1;
        return IFD_ICC_NOT_PRESENT;
    }
    r->card = accept4(r->listener, NULL, NULL, SOCK_CLOEXEC);
    r->is_new = r->card >= 0;
    return r->card >= 0 ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
}

/* A reader that is pulled out says nothing of its card any more: pcscd 1.9.9 never ends the watcher of a
 * reader whose card goes while it takes the reader down. */
RESPONSECODE IFDHICCPresence(DWORD Lun)
{
    struct reader *r = reader_of(Lun);
    if (access(r->plugged, F_OK) == 0)
        r->last = presence(r);
    return r->last;
}
