/* Makes a shortcut that carries an application's user model id, which NSIS cannot: shortcut.exe LINK PROGRAM ARGUMENTS ID
 *
 * Notices of that id then bear the shortcut's name and icon, and clicks on them find their way back. The setup
 * carries this program for its own run alone; it is not installed.
 */
#define COBJMACROS
#define INITGUID
#include <windows.h>
#include <shlobj.h>
#include <propsys.h>
#include <propkey.h>

enum { NOT_MADE = 1, WITHOUT_ID = 2 };

static HRESULT give_id(IShellLinkW *link, wchar_t *id)
{
    IPropertyStore *properties;
    HRESULT result = IShellLinkW_QueryInterface(link, &IID_IPropertyStore, (void **)&properties);
    if (FAILED(result))
        return result;
    PROPVARIANT value = {.vt = VT_LPWSTR, .pwszVal = id};
    result = IPropertyStore_SetValue(properties, &PKEY_AppUserModel_ID, &value);
    if (SUCCEEDED(result))
        result = IPropertyStore_Commit(properties);
    IPropertyStore_Release(properties);
    return result;
}

static HRESULT save(IShellLinkW *link, const wchar_t *file)
{
    IPersistFile *persistent;
    HRESULT result = IShellLinkW_QueryInterface(link, &IID_IPersistFile, (void **)&persistent);
    if (FAILED(result))
        return result;
    result = IPersistFile_Save(persistent, file, TRUE);
    IPersistFile_Release(persistent);
    return result;
}

int wmain(int count, wchar_t **arguments)
{
    IShellLinkW *link;
    if (count != 5 || FAILED(CoInitialize(NULL)))
        return NOT_MADE;
    if (FAILED(CoCreateInstance(&CLSID_ShellLink, NULL, CLSCTX_INPROC_SERVER, &IID_IShellLinkW, (void **)&link)))
        return NOT_MADE;
    IShellLinkW_SetPath(link, arguments[2]);
    IShellLinkW_SetArguments(link, arguments[3]);
    HRESULT given = give_id(link, arguments[4]);
    HRESULT saved = save(link, arguments[1]);
    IShellLinkW_Release(link);
    CoUninitialize();
    return FAILED(saved) ? NOT_MADE : FAILED(given) ? WITHOUT_ID : 0;
}
