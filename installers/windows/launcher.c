/* vigicle.exe (in a terminal) and vigiclew.exe (without one): Python, as a program of vigicle's own name and icon.
 *
 * They run `python -I -m tray ARGUMENTS` inside themselves, so that no second process waits for the first, and the
 * Task Manager says vigicle. Called with -I first, as the program calls its own children, they are plain Python.
 */
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

#define LONGEST_PATH 32768
static const wchar_t LIBRARY[] = L"python313.dll";
static const wchar_t DAMAGED[] = L"vigicle est abîmé. Installez-le à nouveau.\n\n"
                                 L"vigicle is damaged. Install it again.\n";
int _dowildcard = 0; /* arguments are taken as they are */

typedef int (*python_main)(int, wchar_t **);

static python_main find_python(void)
{
    static wchar_t path[LONGEST_PATH];
    DWORD length = GetModuleFileNameW(NULL, path, LONGEST_PATH);
    wchar_t *name = wcsrchr(path, L'\\');
    if (length == 0 || name == NULL || name + 1 + wcslen(LIBRARY) >= path + LONGEST_PATH)
        return NULL;
    wcscpy(name + 1, LIBRARY);
    UINT before = SetErrorMode(SEM_FAILCRITICALERRORS); /* no window about a missing library: complain() says it */
    HMODULE library = LoadLibraryExW(path, NULL, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
    SetErrorMode(before);
    return library == NULL ? NULL : (python_main)(void *)GetProcAddress(library, "Py_Main");
}

static void complain(void)
{
#ifdef WINDOWLESS
    MessageBoxW(NULL, DAMAGED, L"vigicle", MB_OK | MB_ICONERROR);
#else
    DWORD written;
    HANDLE terminal = GetStdHandle(STD_ERROR_HANDLE);
    if (!WriteConsoleW(terminal, DAMAGED, (DWORD)wcslen(DAMAGED), &written, NULL))
        fwprintf(stderr, L"vigicle is damaged. Install it again.\n");
#endif
}

static int run(int count, wchar_t **arguments)
{
    static wchar_t *leading[] = {L"-I", L"-m", L"tray"};
    python_main python = find_python();
    wchar_t **all = calloc(count + 4, sizeof *all);
    if (python == NULL || all == NULL) {
        complain();
        return 3;
    }
    int added = count > 1 && wcscmp(arguments[1], L"-I") == 0 ? 0 : 3;
    all[0] = arguments[0];
    for (int i = 0; i < added; i++)
        all[1 + i] = leading[i];
    for (int i = 1; i < count; i++)
        all[added + i] = arguments[i];
    return python(count + added, all);
}

#ifdef WINDOWLESS
int WINAPI wWinMain(HINSTANCE instance, HINSTANCE previous, PWSTR line, int show)
{
    (void)instance, (void)previous, (void)line, (void)show;
    return run(__argc, __wargv);
}
#else
int wmain(int count, wchar_t **arguments)
{
    return run(count, arguments);
}
#endif
