#include "core/mail.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "core/outbound.h"

enum {
    CONNECT_SECONDS = 10,
    ADDRESS_MAX = 254,
    WORD_BYTES = 42, /* of text in one encoded word: 56 characters; with the name, a line of 77 */
    LINE_BYTES = 57, /* of text in one line of base64: 76 characters */
    PASSWORD_MAX = 200
};

bool mail_url_is_good(struct str url)
{
    return (str_starts(url, STR("smtp://")) && url.length > 7) ||
           (str_starts(url, STR("smtps://")) && url.length > 8);
}

bool mail_address_is_good(struct str address)
{
    size_t at = str_find(address, '@');
    if (address.length > ADDRESS_MAX || !at || at + 1 >= address.length)
        return false;
    for (size_t i = 0; i < address.length; i++)
        if (address.data[i] <= ' ' || address.data[i] > '~' ||
            strchr("<>\",;:\\()[]", address.data[i]))
            return false;
    return str_find(str_skip(address, at + 1), '@') == address.length - at - 1;
}

static void add_base64(struct buf *out, struct str bytes)
{
    char text[sodium_base64_ENCODED_LEN(LINE_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(text, sizeof(text), (const unsigned char *)bytes.data, bytes.length,
                      sodium_base64_VARIANT_ORIGINAL);
    buf_add(out, str_of(text));
}

/* As many bytes as fit without cutting a character in two. */
static size_t piece(struct str text, size_t most)
{
    size_t length = text.length < most ? text.length : most;
    while (length < text.length && length && ((unsigned char)text.data[length] & 0xC0) == 0x80)
        length--;
    return length;
}

static void add_subject(struct buf *out, struct str subject)
{
    buf_add(out, STR("Subject:"));
    while (subject.length) {
        size_t length = piece(subject, WORD_BYTES);
        buf_add(out, STR(" =?UTF-8?B?"));
        add_base64(out, str_first(subject, length));
        subject = str_skip(subject, length);
        buf_add(out, subject.length ? STR("?=\r\n") : STR("?="));
    }
    buf_add(out, STR("\r\n"));
}

struct str mail_print(struct arena *arena, const struct mail_server *server,
                      const struct mail *mail)
{
    struct buf out = {.arena = arena};
    char date[64];
    struct tm at;
    time_t seconds = (time_t)mail->at;
    gmtime_r(&seconds, &at);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &at);
    buf_print(&out, "Date: %s\r\nFrom: <%s>\r\nTo: <%.*s>\r\nMessage-ID: <%.*s>\r\n", date,
              server->from, STR_PRINT(mail->to), STR_PRINT(mail->id));
    add_subject(&out, mail->subject);
    if (mail->unsubscribe.length)
        buf_print(&out,
                  "List-Unsubscribe: <%.*s>\r\n"
                  "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
                  STR_PRINT(mail->unsubscribe));
    buf_add(&out, STR("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                      "Content-Type: text/plain; charset=utf-8\r\n"
                      "Content-Transfer-Encoding: base64\r\n\r\n"));
    for (struct str rest = mail->text; rest.length;) {
        size_t length = rest.length < LINE_BYTES ? rest.length : LINE_BYTES;
        add_base64(&out, str_first(rest, length));
        buf_add(&out, STR("\r\n"));
        rest = str_skip(rest, length);
    }
    return buf_str(&out);
}

static size_t give(char *to, size_t size, size_t count, void *state)
{
    struct str *rest = state;
    size_t length = rest->length < size * count ? rest->length : size * count;
    memcpy(to, rest->data, length);
    *rest = str_skip(*rest, length);
    return length;
}

static bool read_password(const char *path, char *password, size_t size)
{
    FILE *in = fopen(path, "r");
    bool good = in && fgets(password, (int)size, in);
    if (in)
        fclose(in);
    if (good)
        password[strcspn(password, "\r\n")] = '\0';
    return good;
}

bool mail_send(struct arena *arena, const struct mail_server *server, const struct mail *mail,
               bool *for_good, char *reason, size_t reason_size)
{
    char password[PASSWORD_MAX] = "";
    struct str rest = mail_print(arena, server, mail);
    outbound_ready();
    *for_good = false;
    if (!mail_address_is_good(mail->to)) {
        *for_good = true;
        snprintf(reason, reason_size, "地址不能用 · the address cannot be used");
        return false;
    }
    bool log_in = server->password_file && *server->password_file;
    if (log_in && !read_password(server->password_file, password, sizeof(password))) {
        snprintf(reason, reason_size, "--smtp-password-file: 读不了 · cannot be read");
        return false;
    }
    CURL *curl = curl_easy_init();
    struct curl_slist *to =
        curl_slist_append(NULL, arena_print(arena, "<%.*s>", STR_PRINT(mail->to)).data);
    if (!curl || !to) {
        snprintf(reason, reason_size, "内存不足 · out of memory");
        curl_slist_free_all(to);
        curl_easy_cleanup(curl);
        return false;
    }
    curl_easy_setopt(curl, CURLOPT_URL, server->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     (long)(url_is_here(str_of(server->url)) ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)server->seconds);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* not what the environment says */
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, arena_print(arena, "<%s>", server->from).data);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, &rest);
    if (log_in) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, server->from);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, password);
    }
    CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    *for_good = code != CURLE_OK && status >= 500 && status < 600 && code != CURLE_LOGIN_DENIED;
    if (code != CURLE_OK)
        snprintf(reason, reason_size, "%s (SMTP %ld)", curl_easy_strerror(code), status);
    curl_slist_free_all(to);
    curl_easy_cleanup(curl);
    sodium_memzero(password, sizeof(password));
    return code == CURLE_OK;
}
