// botapi_server.cpp - loopback fake Telegram Bot API server + closed-loop chat simulator.
//
// One thread, epoll, no dependencies.  Build:  g++ -O2 -std=c++17 -o botapi_server botapi_server.cpp
// It plays three parts at once, so that a benchmark needs only this process and the bot under test:
//   1. the Bot API   (getMe, getUpdates long poll, setWebhook + webhook delivery, sendMessage, ...)
//   2. the users     (scripted chats: press the buttons the bot really sent, or type a text)
//   3. the stopwatch (per call and per turn time stamps; percentiles at /ctl/stats, raw at /ctl/log)
// Options and the control interface: README.md, next to this file. It binds 127.0.0.1 only.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

using std::string;
using std::string_view;
typedef int64_t i64;

static i64 now_ns() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (i64)t.tv_sec * 1000000000LL + t.tv_nsec;
}

static string fmt(const char* f, ...) {
    char buf[4096];
    va_list ap;
    va_start(ap, f);
    int n = vsnprintf(buf, sizeof buf, f, ap);
    va_end(ap);
    return string(buf, (size_t)std::min(n, (int)sizeof buf - 1));
}

// ------------------------------------------------------------------ configuration
struct Config {
    double latency_ms = 0;        // every Bot API answer is held back this long
    double jitter_ms = 0;         // plus uniform 0..jitter
    double think_ms = 0;          // pause of a simulated user between reply and next update (exp. distributed when jittered)
    bool think_exp = true;
    double p429 = 0;              // random share of sendMessage-like calls answered 429
    int retry_after = 1;
    double p500 = 0;              // random share answered 500
    double pdrop = 0;             // random share executed, but the connection is cut before the answer (lost reply)
    int blocked_mod = 0;          // chat_id % blocked_mod == blocked_rem answers 403 (0 = off)
    int blocked_rem = 1;
    int gone_mod = 0;             // chat_id % gone_mod == gone_rem answers 400 chat not found (0 = off)
    int gone_rem = 2;
    double phang = 0;             // random share taken and never answered, nor executed
    int rate_global = 0;          // enforced limit of message calls per sliding second (0 = off) -> 429
    int rate_paid = 1000;         // same for allow_paid_broadcast
    double rate_chat = 0;         // enforced min. seconds between messages to one chat (0 = off) -> 429
    bool lock_after_429 = true;   // calls during a retry_after penalty are refused as well
    i64 at429_call = 0;           // exactly this message call (1-based) gets a 429 (0 = off)
    unsigned seed = 1;
    bool log = true;              // keep every call for /ctl/log
    int max_poll = 100;
} cfg;
static std::mt19937_64 rng(1);
static double rnd() { return std::uniform_real_distribution<double>(0, 1)(rng); }

// ------------------------------------------------------------------ records
enum Method : uint8_t {
    M_OTHER, M_GETME, M_GETUPDATES, M_SETWEBHOOK, M_DELWEBHOOK, M_SEND, M_EDIT, M_ANSWER, M_DOC, M_SETCMDS, M_COPY, M_ACTION, M_COUNT
};
static const char* mname[M_COUNT] = {"other", "getMe", "getUpdates", "setWebhook", "deleteWebhook", "sendMessage",
                                     "editMessageText", "answerCallbackQuery", "sendDocument", "setMyCommands",
                                     "copyMessage", "sendChatAction"};
struct Call { i64 t; i64 chat; uint8_t m; int16_t status; int fd; };
static std::vector<Call> calls;
struct Turn { i64 created, delivered, replied; int chat; int step; };
static std::vector<Turn> turns;
static std::map<string, i64> counters;
static i64 method_count[M_COUNT], status_count[600], conns_accepted = 0, conns_open = 0, conns_peak = 0, bytes_in = 0;

// ------------------------------------------------------------------ connections
struct Conn {
    int fd = -1;
    uint32_t gen = 0;
    bool client = false;        // webhook client connection (we are the HTTP client)
    bool connecting = false;
    bool busy = false;          // request handed to the API, answer outstanding
    bool close_after = false;
    bool want_write = false;
    string in, out;
    size_t out_off = 0;
    i64 wh_update = -1;         // update id in flight on a webhook connection
};
static std::vector<Conn*> conns;  // by fd
static int ep;
static uint32_t next_gen = 1;

struct Timer { i64 due; int kind; int fd; uint32_t gen; i64 arg; string payload; };
struct TCmp { bool operator()(const Timer* a, const Timer* b) const { return a->due > b->due; } };
static std::priority_queue<Timer*, std::vector<Timer*>, TCmp> timers;
enum { T_RESPONSE, T_POLL_TIMEOUT, T_USER, T_REDELIVER, T_CUT };
static void add_timer(i64 due, int kind, int fd, uint32_t gen, i64 arg, string payload) {
    timers.push(new Timer{due, kind, fd, gen, arg, std::move(payload)});
}

// ------------------------------------------------------------------ simulated users
struct Upd { i64 id; int chat; string json; i64 created; i64 delivered; bool inflight = false; };
struct Chat {
    i64 id; int step = 0; int walks_left = 0; bool waiting = false; bool done = false;
    i64 created = 0, delivered = 0; i64 last_msg = 0; string keyboard, text; std::vector<string> data;
};
static std::vector<Chat> chats;
static i64 chat_base = 1000000;
static int sc_questions = 20, sc_kind = 0;  // kind 0 buttons, 1 text
static bool sc_first = false;  // pick=first: always the first button; otherwise they take turns
static bool sc_fresh = false;  // every walk is made by a person the bot has never seen
static i64 sc_deadline = 0;    // seconds=: nobody acts after this moment; what was asked is still waited for
static int chats_done = 0;
static uint32_t epoch = 0;  // grows with every /ctl/start and /ctl/reset: stale timers are ignored
static i64 t_start = 0, t_end = 0;
static std::deque<Upd*> pending;                 // not yet confirmed, ascending id
static std::unordered_map<i64, Upd*> wh_inflight;
static i64 next_update_id = 100000001, next_msg_id = 1;
static i64 turns_ignored = 0;

static string json_escape(string_view s) {
    string o;
    o.reserve(s.size() + 8);
    for (unsigned char c : s) {
        if (c == '"') o += "\\\"";
        else if (c == '\\') o += "\\\\";
        else if (c == '\n') o += "\\n";
        else if (c == '\r') o += "\\r";
        else if (c == '\t') o += "\\t";
        else if (c < 0x20) o += fmt("\\u%04x", c);
        else o += (char)c;
    }
    return o;
}
static void utf8(string& o, unsigned cp) {
    if (cp < 0x80) o += (char)cp;
    else if (cp < 0x800) { o += (char)(0xC0 | cp >> 6); o += (char)(0x80 | (cp & 63)); }
    else if (cp < 0x10000) { o += (char)(0xE0 | cp >> 12); o += (char)(0x80 | (cp >> 6 & 63)); o += (char)(0x80 | (cp & 63)); }
    else { o += (char)(0xF0 | cp >> 18); o += (char)(0x80 | (cp >> 12 & 63)); o += (char)(0x80 | (cp >> 6 & 63)); o += (char)(0x80 | (cp & 63)); }
}
// s points behind the opening quote; returns decoded string, moves i behind the closing quote
static string json_string(string_view s, size_t& i) {
    string o;
    while (i < s.size() && s[i] != '"') {
        if (s[i] != '\\') { o += s[i++]; continue; }
        if (++i >= s.size()) break;
        char c = s[i++];
        switch (c) {
            case 'n': o += '\n'; break;
            case 't': o += '\t'; break;
            case 'r': o += '\r'; break;
            case 'b': o += '\b'; break;
            case 'f': o += '\f'; break;
            case 'u': {
                if (i + 4 > s.size()) break;
                unsigned cp = (unsigned)strtoul(string(s.substr(i, 4)).c_str(), nullptr, 16);
                i += 4;
                if (cp >= 0xD800 && cp < 0xDC00 && i + 6 <= s.size() && s[i] == '\\' && s[i + 1] == 'u') {
                    unsigned lo = (unsigned)strtoul(string(s.substr(i + 2, 4)).c_str(), nullptr, 16);
                    i += 6;
                    cp = 0x10000 + ((cp - 0xD800) << 10) + (lo - 0xDC00);
                }
                utf8(o, cp);
                break;
            }
            default: o += c;
        }
    }
    i++;
    return o;
}
static string user_json(i64 id) {
    return fmt("{\"id\":%lld,\"is_bot\":false,\"first_name\":\"User\",\"last_name\":\"N%lld\",\"username\":\"user%lld\",\"language_code\":\"fr\"}",
               (long long)id, (long long)id, (long long)id);
}
static string chat_json(i64 id) {
    if (id < 0) return fmt("{\"id\":%lld,\"title\":\"Group\",\"type\":\"supergroup\"}", (long long)id);
    return fmt("{\"id\":%lld,\"first_name\":\"User\",\"last_name\":\"N%lld\",\"username\":\"user%lld\",\"type\":\"private\"}",
               (long long)id, (long long)id, (long long)id);
}
static const char* BOT_USER = "{\"id\":123456789,\"is_bot\":true,\"first_name\":\"Bench\",\"username\":\"bench_bot\"}";
static const char* GET_ME =
    "{\"ok\":true,\"result\":{\"id\":123456789,\"is_bot\":true,\"first_name\":\"Bench\",\"username\":\"bench_bot\",\"can_join_groups\":true,"
    "\"can_read_all_group_messages\":false,\"supports_inline_queries\":false,\"can_connect_to_business\":false,\"has_main_web_app\":false}}";
static string bot_message(i64 msg_id, i64 chat, const string& text, const string& markup, bool edited) {
    string s = fmt("{\"message_id\":%lld,\"from\":%s,\"chat\":", (long long)msg_id, BOT_USER);
    s += chat_json(chat);
    s += fmt(",\"date\":%lld", (long long)time(nullptr));
    if (edited) s += fmt(",\"edit_date\":%lld", (long long)time(nullptr));
    s += ",\"text\":\"" + json_escape(text) + "\"";
    if (!markup.empty() && markup.find("inline_keyboard") != string::npos) s += ",\"reply_markup\":" + markup;
    return s + "}";
}

static void pump();  // deliver pending updates
static void enqueue(int ci, const string& body, i64 created) {
    Upd* u = new Upd{next_update_id++, ci, "", created, 0};
    u->json = fmt("{\"update_id\":%lld,", (long long)u->id) + body + "}";
    pending.push_back(u);
}
static void user_acts(int ci) {
    Chat& c = chats[(size_t)ci];
    if (c.done) return;
    i64 t = now_ns();
    c.created = t;
    c.delivered = 0;
    c.waiting = true;
    if (c.step == 0 || sc_kind == 1) {
        string text = c.step == 0 ? "/start" : fmt("Answer %d of chat %lld, some typed words", c.step, (long long)c.id);
        string b = fmt("\"message\":{\"message_id\":%lld,\"from\":", (long long)next_msg_id++) + user_json(c.id) + ",\"chat\":" + chat_json(c.id) +
                   fmt(",\"date\":%lld,\"text\":\"%s\"", (long long)time(nullptr), text.c_str());
        if (c.step == 0) b += ",\"entities\":[{\"offset\":0,\"length\":6,\"type\":\"bot_command\"}]";
        enqueue(ci, b + "}", t);
    } else {
        if (c.data.empty()) counters["dead_ends"]++;  // the bot's last message has no button to press
        size_t pick = c.data.empty() || sc_first ? 0 : (size_t)((c.id + c.step) % (i64)c.data.size());
        string data = c.data.empty() ? "none" : c.data[pick];
        string b = fmt("\"callback_query\":{\"id\":\"%lld\",\"from\":", (long long)(c.id * 1000003LL + next_update_id)) + user_json(c.id) + ",\"message\":" +
                   bot_message(c.last_msg, c.id, c.text, c.keyboard, false) + fmt(",\"chat_instance\":\"-37190%lld\",\"data\":\"", (long long)c.id) +
                   json_escape(data) + "\"}";
        enqueue(ci, b, t);
    }
}
static void visible_reply(i64 chat, i64 t, i64 msg_id, const string& text, const string& markup, bool edit) {
    i64 ci = chat - chat_base;
    if (ci < 0 || chats.empty()) return;
    if (sc_fresh) ci %= (i64)chats.size();
    if (ci >= (i64)chats.size()) return;
    Chat& c = chats[(size_t)ci];
    if (edit && msg_id != c.last_msg) { counters["edits_of_earlier"]++; return; }  // a card that was answered: no reply
    if (c.id != chat) { turns_ignored++; return; }  // a late message to someone whose walk is over
    c.last_msg = msg_id;
    c.text = text;
    c.keyboard = markup;
    c.data.clear();
    size_t p = 0;
    while ((p = markup.find("\"callback_data\"", p)) != string::npos) {
        p = markup.find('"', p + 15);
        if (p == string::npos) break;
        p++;
        c.data.push_back(json_string(markup, p));
    }
    if (!c.waiting) { turns_ignored++; return; }
    c.waiting = false;
    turns.push_back(Turn{c.created, c.delivered ? c.delivered : c.created, t, (int)ci, c.step});
    t_end = t;
    c.step++;
    if (c.step > sc_questions) {
        c.step = 0;
        if (sc_fresh && c.walks_left > 1) c.id += (i64)chats.size();
        if (--c.walks_left <= 0) { c.done = true; chats_done++; return; }
    }
    if (sc_deadline && t >= sc_deadline) { c.done = true; chats_done++; return; }
    if (cfg.think_ms > 0) {
        double th = cfg.think_ms;
        if (cfg.think_exp) th = -th * std::log(1 - rnd());
        add_timer(t + (i64)(th * 1e6), T_USER, -1, epoch, ci, "");
    } else
        user_acts((int)ci);
}

// ------------------------------------------------------------------ request parameters
typedef std::vector<std::pair<string, string>> Params;
static const string* get(const Params& p, const char* k) {
    for (auto& x : p) if (x.first == k) return &x.second;
    return nullptr;
}
static i64 geti(const Params& p, const char* k, i64 d) {
    const string* s = get(p, k);
    return s && !s->empty() ? atoll(s->c_str()) : d;
}
static int hexv(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }
static void parse_urlenc(string_view s, Params& out) {
    size_t i = 0;
    string k, v;
    string* cur = &k;
    while (i <= s.size()) {
        if (i == s.size() || s[i] == '&') {
            if (!k.empty()) out.emplace_back(std::move(k), std::move(v));
            k.clear(); v.clear(); cur = &k; i++;
            continue;
        }
        char c = s[i];
        if (c == '=' && cur == &k) cur = &v;
        else if (c == '+') *cur += ' ';
        else if (c == '%' && i + 2 < s.size()) { *cur += (char)(hexv(s[i + 1]) * 16 + hexv(s[i + 2])); i += 2; }
        else *cur += c;
        i++;
    }
}
static void parse_json_obj(string_view s, Params& out) {
    size_t i = 0, n = s.size();
    auto ws = [&] { while (i < n && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r' || s[i] == ',' || s[i] == ':')) i++; };
    ws();
    if (i >= n || s[i] != '{') return;
    i++;
    while (true) {
        ws();
        if (i >= n || s[i] != '"') return;
        i++;
        string k = json_string(s, i);
        ws();
        if (i >= n) return;
        if (s[i] == '"') { i++; out.emplace_back(std::move(k), json_string(s, i)); continue; }
        size_t b = i;
        if (s[i] == '{' || s[i] == '[') {
            int d = 0;
            bool q = false;
            for (; i < n; i++) {
                char c = s[i];
                if (q) { if (c == '\\') i++; else if (c == '"') q = false; continue; }
                if (c == '"') q = true;
                else if (c == '{' || c == '[') d++;
                else if (c == '}' || c == ']') { if (--d == 0) { i++; break; } }
            }
        } else
            while (i < n && s[i] != ',' && s[i] != '}') i++;
        out.emplace_back(std::move(k), string(s.substr(b, i - b)));
    }
}
static void parse_multipart(string_view s, string_view boundary, Params& out) {
    string d = "--" + string(boundary);
    size_t p = s.find(d);
    while (p != string_view::npos) {
        p += d.size();
        if (s.substr(p, 2) == "--") break;
        size_t h = s.find("\r\n\r\n", p);
        if (h == string_view::npos) break;
        string_view hd = s.substr(p, h - p);
        size_t e = s.find("\r\n" + d, h + 4);
        if (e == string_view::npos) break;
        size_t nm = hd.find("name=\"");
        if (nm != string_view::npos) {
            nm += 6;
            string name(hd.substr(nm, hd.find('"', nm) - nm));
            bool file = hd.find("filename=") != string_view::npos;
            if (file) out.emplace_back("@file", std::to_string(e - h - 4));
            else out.emplace_back(std::move(name), string(s.substr(h + 4, e - h - 4)));
        }
        p = e + 2;
    }
}
static void parse_body(string_view ctype, string_view body, string_view query, Params& p) {
    if (!query.empty()) parse_urlenc(query, p);
    if (body.empty()) return;
    if (ctype.find("json") != string_view::npos || (ctype.empty() && body[0] == '{')) parse_json_obj(body, p);
    else if (ctype.find("multipart/") != string_view::npos) {
        size_t b = ctype.find("boundary=");
        if (b == string_view::npos) return;
        string_view bd = ctype.substr(b + 9);
        if (!bd.empty() && bd[0] == '"') { bd.remove_prefix(1); bd = bd.substr(0, bd.find('"')); }
        size_t sc = bd.find(';');
        if (sc != string_view::npos) bd = bd.substr(0, sc);
        parse_multipart(body, bd, p);
    } else
        parse_urlenc(body, p);
}

// ------------------------------------------------------------------ low level i/o
static void close_conn(Conn* c) {
    if (c->fd < 0) return;
    epoll_ctl(ep, EPOLL_CTL_DEL, c->fd, nullptr);
    close(c->fd);
    if (!c->client) conns_open--;
    conns[(size_t)c->fd] = nullptr;
    c->fd = -1;
    delete c;
}
static Conn* add_conn(int fd, bool client) {
    if ((size_t)fd >= conns.size()) conns.resize((size_t)fd + 64, nullptr);
    Conn* c = new Conn;
    c->fd = fd;
    c->gen = next_gen++;
    c->client = client;
    conns[(size_t)fd] = c;
    epoll_event ev{};
    ev.events = EPOLLIN | (client ? EPOLLOUT : 0u);
    ev.data.fd = fd;
    epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
    return c;
}
static Conn* find_conn(int fd, uint32_t gen) {
    if (fd < 0 || (size_t)fd >= conns.size()) return nullptr;
    Conn* c = conns[(size_t)fd];
    return c && c->gen == gen ? c : nullptr;
}
static bool flush_out(Conn* c) {  // false: connection closed
    while (c->out_off < c->out.size()) {
        ssize_t n = send(c->fd, c->out.data() + c->out_off, c->out.size() - c->out_off, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EAGAIN) {
                if (!c->want_write) {
                    c->want_write = true;
                    epoll_event ev{};
                    ev.events = EPOLLIN | EPOLLOUT;
                    ev.data.fd = c->fd;
                    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &ev);
                }
                return true;
            }
            close_conn(c);
            return false;
        }
        c->out_off += (size_t)n;
    }
    c->out.clear();
    c->out_off = 0;
    if (c->want_write) {
        c->want_write = false;
        epoll_event ev{};
        ev.events = EPOLLIN;
        ev.data.fd = c->fd;
        epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &ev);
    }
    if (c->close_after) { close_conn(c); return false; }
    return true;
}
static void process_input(Conn* c);
static void http_answer(Conn* c, int status, const string& body, const char* ctype = "application/json") {
    const char* st = status == 200 ? "OK" : status == 429 ? "Too Many Requests" : status == 403 ? "Forbidden" : status == 409 ? "Conflict" : status == 400 ? "Bad Request" : status == 404 ? "Not Found" : "Internal Server Error";
    char h[256];
    int n = snprintf(h, sizeof h, "HTTP/1.1 %d %s\r\nServer: nginx/1.18.0\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: %s\r\n\r\n", status, st, ctype,
                     body.size(), c->close_after ? "close" : "keep-alive");
    c->out.append(h, (size_t)n);
    c->out += body;
    c->busy = false;
    flush_out(c);
}
static string err_json(int code, const string& d, int retry = 0) {
    string s = fmt("{\"ok\":false,\"error_code\":%d,\"description\":\"%s\"", code, d.c_str());
    if (retry) s += fmt(",\"parameters\":{\"retry_after\":%d}", retry);
    return s + "}";
}

// ------------------------------------------------------------------ long polling
static int poll_fd = -1;
static uint32_t poll_gen = 0;
static int poll_limit = 100;
static void answer_later(Conn* c, int status, string body) {
    double l = cfg.latency_ms + (cfg.jitter_ms > 0 ? cfg.jitter_ms * rnd() : 0);
    if (l <= 0) http_answer(c, status, body);
    else add_timer(now_ns() + (i64)(l * 1e6), T_RESPONSE, c->fd, c->gen, status, std::move(body));
}
static void answer_poll(Conn* c) {
    poll_fd = -1;
    string b = "{\"ok\":true,\"result\":[";
    int n = 0;
    i64 t = now_ns();
    i64 shift = (i64)(cfg.latency_ms * 1e6);
    for (Upd* u : pending) {
        if (n >= poll_limit) break;
        if (n) b += ",";
        b += u->json;
        n++;
        if (!u->delivered) {
            u->delivered = t + shift;
            if ((size_t)u->chat < chats.size() && chats[(size_t)u->chat].waiting) chats[(size_t)u->chat].delivered = u->delivered;
        }
    }
    b += "]}";
    counters["polls_answered"]++;
    counters["updates_delivered"] += n;
    answer_later(c, 200, std::move(b));
}

// ------------------------------------------------------------------ webhook delivery
static string wh_url, wh_host, wh_path, wh_secret;
static int wh_port = 0, wh_max = 40;
static std::vector<std::pair<int, uint32_t>> wh_idle;
static int wh_open = 0;
static void wh_send(Conn* c, Upd* u) {
    i64 t = now_ns();
    u->inflight = true;
    wh_inflight[u->id] = u;
    if (!u->delivered) {
        u->delivered = t;
        if ((size_t)u->chat < chats.size() && chats[(size_t)u->chat].waiting) chats[(size_t)u->chat].delivered = t;
    }
    c->wh_update = u->id;
    c->busy = true;
    c->out += fmt("POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: keep-alive\r\nAccept-Encoding: gzip, deflate\r\n%s%s%s\r\n",
                  wh_path.c_str(), wh_host.c_str(), wh_port, u->json.size(), wh_secret.empty() ? "" : "X-Telegram-Bot-Api-Secret-Token: ",
                  wh_secret.c_str(), wh_secret.empty() ? "" : "\r\n");
    c->out += u->json;
    counters["updates_delivered"]++;
    if (!c->connecting) flush_out(c);
}
static void wh_done(Conn* c, bool ok) {
    auto it = wh_inflight.find(c->wh_update);
    c->wh_update = -1;
    c->busy = false;
    if (it == wh_inflight.end()) return;
    Upd* u = it->second;
    wh_inflight.erase(it);
    if (ok) delete u;
    else {
        counters["webhook_redelivered"]++;
        u->inflight = false;
        add_timer(now_ns() + 100000000LL, T_REDELIVER, -1, 0, (i64)(intptr_t)u, "");
    }
}
static void pump_webhook() {
    while (!pending.empty()) {
        Conn* c = nullptr;
        while (!wh_idle.empty() && !c) {
            auto p = wh_idle.back();
            wh_idle.pop_back();
            c = find_conn(p.first, p.second);
        }
        if (!c) {
            if (wh_open >= wh_max) return;
            int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            int one = 1;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            sockaddr_in a{};
            a.sin_family = AF_INET;
            a.sin_port = htons((uint16_t)wh_port);
            a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            connect(fd, (sockaddr*)&a, sizeof a);
            c = add_conn(fd, true);
            c->connecting = true;
            wh_open++;
        }
        Upd* u = pending.front();
        pending.pop_front();
        wh_send(c, u);
    }
}
static void pump() {
    if (pending.empty()) return;
    if (!wh_url.empty()) { pump_webhook(); return; }
    Conn* c = find_conn(poll_fd, poll_gen);
    if (c) answer_poll(c);
}

// ------------------------------------------------------------------ rate enforcement
static std::deque<i64> win_free, win_paid;
static std::unordered_map<i64, i64> last_to_chat;
static i64 locked_until = 0, msg_calls = 0;

struct Result { int status; string body; bool drop; };
static Result api_call(string_view method, const Params& p, i64 t, int fd, bool& deferred, Conn* c) {
    deferred = false;
    Method m = M_OTHER;
    for (int i = 1; i < M_COUNT; i++)
        if (method.size() == strlen(mname[i]) && strncasecmp(method.data(), mname[i], method.size()) == 0) m = (Method)i;
    method_count[m]++;
    i64 chat = geti(p, "chat_id", 0);
    Result r{200, "", false};
    auto done = [&](Result x) {
        status_count[x.status]++;
        if (cfg.log && m != M_GETUPDATES) calls.push_back(Call{t, chat, (uint8_t)m, (int16_t)x.status, fd});
        return x;
    };
    bool msg = m == M_SEND || m == M_DOC || m == M_COPY;
    if (msg || m == M_EDIT) {
        if (cfg.blocked_mod && ((chat % cfg.blocked_mod) + cfg.blocked_mod) % cfg.blocked_mod == cfg.blocked_rem)
            return done({403, err_json(403, "Forbidden: bot was blocked by the user"), false});
        if (cfg.gone_mod && ((chat % cfg.gone_mod) + cfg.gone_mod) % cfg.gone_mod == cfg.gone_rem)
            return done({400, err_json(400, "Bad Request: chat not found"), false});
        msg_calls++;
        if (cfg.phang > 0 && rnd() < cfg.phang) {
            counters["hung"]++;
            deferred = true;  // whoever asked waits until they give up
            return done({504, "", false});
        }
        if (cfg.at429_call && msg_calls == cfg.at429_call) {
            locked_until = t + (i64)cfg.retry_after * 1000000000LL;
            return done({429, err_json(429, fmt("Too Many Requests: retry after %d", cfg.retry_after), cfg.retry_after), false});
        }
        if (cfg.lock_after_429 && t < locked_until) {
            int ra = (int)((locked_until - t + 999999999LL) / 1000000000LL);
            counters["calls_during_penalty"]++;
            return done({429, err_json(429, fmt("Too Many Requests: retry after %d", ra), ra), false});
        }
        if (cfg.p429 > 0 && rnd() < cfg.p429) return done({429, err_json(429, fmt("Too Many Requests: retry after %d", cfg.retry_after), cfg.retry_after), false});
        if (cfg.p500 > 0 && rnd() < cfg.p500) return done({500, err_json(500, "Internal Server Error"), false});
    }
    if (msg) {
        const string* ap = get(p, "allow_paid_broadcast");
        bool paid = ap && (*ap == "true" || *ap == "True" || *ap == "1");
        int lim = paid ? cfg.rate_paid : cfg.rate_global;
        if (cfg.rate_global && lim) {
            auto& w = paid ? win_paid : win_free;
            while (!w.empty() && w.front() <= t - 1000000000LL) w.pop_front();
            if ((int)w.size() >= lim) {
                locked_until = t + (i64)cfg.retry_after * 1000000000LL;
                return done({429, err_json(429, fmt("Too Many Requests: retry after %d", cfg.retry_after), cfg.retry_after), false});
            }
            w.push_back(t);
        }
        if (cfg.rate_chat > 0) {
            auto& l = last_to_chat[chat];
            if (l && t - l < (i64)(cfg.rate_chat * 1e9)) return done({429, err_json(429, "Too Many Requests: retry after 1", 1), false});
            l = t;
        }
    }
    switch (m) {
        case M_GETME: r.body = GET_ME; break;
        case M_GETUPDATES: {
            i64 off = geti(p, "offset", 0), to = geti(p, "timeout", 0);
            poll_limit = (int)std::min<i64>(std::max<i64>(1, geti(p, "limit", 100)), cfg.max_poll);
            while (off > 0 && !pending.empty() && pending.front()->id < off) { delete pending.front(); pending.pop_front(); }
            Conn* old = find_conn(poll_fd, poll_gen);
            if (old && old != c) http_answer(old, 409, err_json(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"));
            poll_fd = -1;
            deferred = true;
            if (!pending.empty() || to <= 0) { answer_poll(c); return done(r); }
            poll_fd = c->fd;
            poll_gen = c->gen;
            add_timer(t + to * 1000000000LL, T_POLL_TIMEOUT, c->fd, c->gen, counters["polls_answered"], "");
            return done(r);
        }
        case M_SETWEBHOOK: {
            const string* u = get(p, "url");
            wh_url = u ? *u : "";
            const string* s = get(p, "secret_token");
            wh_secret = s ? *s : "";
            wh_max = (int)geti(p, "max_connections", 40);
            size_t q = wh_url.find("://");
            if (q != string::npos) {
                string rest = wh_url.substr(q + 3);
                size_t sl = rest.find('/');
                wh_path = sl == string::npos ? "/" : rest.substr(sl);
                string hp = rest.substr(0, sl);
                size_t co = hp.find(':');
                wh_host = hp.substr(0, co);
                wh_port = co == string::npos ? 80 : atoi(hp.c_str() + co + 1);
            }
            r.body = "{\"ok\":true,\"result\":true,\"description\":\"Webhook was set\"}";
            break;
        }
        case M_DELWEBHOOK: wh_url.clear(); r.body = "{\"ok\":true,\"result\":true,\"description\":\"Webhook was deleted\"}"; break;
        case M_SEND: case M_EDIT: {
            if (!chat) return done({400, err_json(400, "Bad Request: chat_id is empty"), false});
            const string *tx = get(p, "text"), *rm = get(p, "reply_markup");
            i64 id = m == M_SEND ? next_msg_id++ : geti(p, "message_id", 0);
            static const string empty;
            const string& markup = rm ? *rm : empty;
            r.body = "{\"ok\":true,\"result\":" + bot_message(id, chat, tx ? *tx : empty, markup, m == M_EDIT) + "}";
            visible_reply(chat, t, id, tx ? *tx : empty, markup, m == M_EDIT);
            break;
        }
        case M_DOC: {
            i64 id = next_msg_id++;
            r.body = fmt("{\"ok\":true,\"result\":{\"message_id\":%lld,\"from\":%s,\"chat\":", (long long)id, BOT_USER) + chat_json(chat) +
                     fmt(",\"date\":%lld,\"document\":{\"file_name\":\"f.bin\",\"mime_type\":\"application/octet-stream\",\"file_id\":\"BQACAgIAAx\",\"file_unique_id\":\"AgADx\",\"file_size\":%lld}}}",
                         (long long)time(nullptr), (long long)geti(p, "@file", 0));
            visible_reply(chat, t, id, "", "", false);
            break;
        }
        case M_COPY: r.body = fmt("{\"ok\":true,\"result\":{\"message_id\":%lld}}", (long long)next_msg_id++); break;
        default:
            r.body = "{\"ok\":true,\"result\":true}";
            if (method == "getWebhookInfo")
                r.body = "{\"ok\":true,\"result\":{\"url\":\"" + json_escape(wh_url) + "\",\"has_custom_certificate\":false,\"pending_update_count\":" + std::to_string(pending.size()) + "}}";
            if (m == M_OTHER) counters["method:" + string(method)]++;
    }
    if (cfg.pdrop > 0 && (msg || m == M_EDIT) && rnd() < cfg.pdrop) r.drop = true;
    return done(r);
}

// ------------------------------------------------------------------ control interface
static double pct(std::vector<double>& v, double q) {
    if (v.empty()) return 0;
    size_t i = (size_t)std::min<double>((double)v.size() - 1, q * (double)v.size());
    std::nth_element(v.begin(), v.begin() + (long)i, v.end());
    return v[i];
}
static string lat_json(std::vector<double>& v) {
    double s = 0, mx = 0;
    for (double x : v) { s += x; mx = std::max(mx, x); }
    return fmt("{\"n\":%zu,\"mean\":%.4f,\"p50\":%.4f,\"p90\":%.4f,\"p99\":%.4f,\"max\":%.4f}", v.size(), v.empty() ? 0 : s / (double)v.size(), pct(v, .5), pct(v, .9), pct(v, .99), mx);
}
static int sliding_max(const std::vector<i64>& ts, i64 w) {
    size_t a = 0;
    int mx = 0;
    for (size_t b = 0; b < ts.size(); b++) {
        while (ts[a] <= ts[b] - w) a++;
        mx = std::max(mx, (int)(b - a + 1));
    }
    return mx;
}
static string stats() {
    std::vector<double> e2e, svc;
    for (auto& t : turns) { e2e.push_back((double)(t.replied - t.created) / 1e6); svc.push_back((double)(t.replied - t.delivered) / 1e6); }
    std::vector<i64> ok, all;
    for (auto& c : calls)
        if (c.m == M_SEND || c.m == M_DOC || c.m == M_COPY) { all.push_back(c.t); if (c.status == 200) ok.push_back(c.t); }
    double dur = t_start && t_end > t_start ? (double)(t_end - t_start) / 1e9 : 0;
    double sdur = all.size() > 1 ? (double)(all.back() - all.front()) / 1e9 : 0;
    rusage ru;
    getrusage(RUSAGE_SELF, &ru);
    string s = fmt("{\"chats\":%zu,\"chats_done\":%d,\"done\":%s,\"turns\":%zu,\"turns_ignored\":%lld,\"duration_s\":%.6f,\"turns_per_s\":%.2f,\"e2e_ms\":", chats.size(), chats_done,
                   !chats.empty() && chats_done == (int)chats.size() ? "true" : "false", turns.size(), (long long)turns_ignored, dur, dur > 0 ? (double)turns.size() / dur : 0);
    s += lat_json(e2e) + ",\"svc_ms\":" + lat_json(svc);
    s += fmt(",\"messages_ok\":%zu,\"messages_all\":%zu,\"messages_span_s\":%.6f,\"messages_per_s\":%.2f,\"max_calls_in_any_1s\":%d,\"max_ok_in_any_1s\":%d,\"max_calls_in_any_100ms\":%d",
             ok.size(), all.size(), sdur, sdur > 0 ? (double)(ok.size() - 1) / sdur : 0, sliding_max(all, 1000000000LL), sliding_max(ok, 1000000000LL), sliding_max(all, 100000000LL));
    s += ",\"methods\":{";
    bool f = true;
    for (int i = 0; i < M_COUNT; i++) if (method_count[i]) { s += fmt("%s\"%s\":%lld", f ? "" : ",", mname[i], (long long)method_count[i]); f = false; }
    s += "},\"status\":{";
    f = true;
    for (int i = 0; i < 600; i++) if (status_count[i]) { s += fmt("%s\"%d\":%lld", f ? "" : ",", i, (long long)status_count[i]); f = false; }
    s += "},\"counters\":{";
    f = true;
    for (auto& k : counters) { s += fmt("%s\"%s\":%lld", f ? "" : ",", k.first.c_str(), (long long)k.second); f = false; }
    s += fmt("},\"connections_accepted\":%lld,\"connections_open\":%lld,\"connections_peak\":%lld,\"bytes_in\":%lld,\"server_cpu_s\":%.3f}", (long long)conns_accepted,
             (long long)conns_open, (long long)conns_peak, (long long)bytes_in,
             (double)ru.ru_utime.tv_sec + (double)ru.ru_stime.tv_sec + (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6);
    return s;
}
static void reset_stats() {
    epoch++;
    calls.clear(); turns.clear(); counters.clear();
    memset(method_count, 0, sizeof method_count);
    memset(status_count, 0, sizeof status_count);
    conns_accepted = 0; conns_peak = conns_open; bytes_in = 0; turns_ignored = 0;
    t_start = t_end = 0; msg_calls = 0; locked_until = 0;
    win_free.clear(); win_paid.clear(); last_to_chat.clear();
    rng.seed(cfg.seed);
}
static bool set_option(const string& k, const string& v) {
    double d = atof(v.c_str());
    if (k == "latency_ms") cfg.latency_ms = d;
    else if (k == "jitter_ms") cfg.jitter_ms = d;
    else if (k == "think_ms") cfg.think_ms = d;
    else if (k == "think_exp") cfg.think_exp = d != 0;
    else if (k == "p429") cfg.p429 = d;
    else if (k == "retry_after") cfg.retry_after = (int)d;
    else if (k == "p500") cfg.p500 = d;
    else if (k == "pdrop") cfg.pdrop = d;
    else if (k == "blocked_mod") cfg.blocked_mod = (int)d;
    else if (k == "blocked_rem") cfg.blocked_rem = (int)d;
    else if (k == "gone_mod") cfg.gone_mod = (int)d;
    else if (k == "gone_rem") cfg.gone_rem = (int)d;
    else if (k == "phang") cfg.phang = d;
    else if (k == "rate_global") cfg.rate_global = (int)d;
    else if (k == "rate_paid") cfg.rate_paid = (int)d;
    else if (k == "rate_chat") cfg.rate_chat = d;
    else if (k == "lock_after_429") cfg.lock_after_429 = d != 0;
    else if (k == "at429_call") cfg.at429_call = (i64)d;
    else if (k == "seed") { cfg.seed = (unsigned)d; rng.seed(cfg.seed); }
    else if (k == "log") cfg.log = d != 0;
    else if (k == "max_poll") cfg.max_poll = (int)d;
    else return false;
    return true;
}
static void control(Conn* c, string_view path, string_view query) {
    Params q;
    parse_urlenc(query, q);
    if (path == "/ctl/stats") http_answer(c, 200, stats());
    else if (path == "/ctl/config") {
        for (auto& x : q)
            if (!set_option(x.first, x.second)) { http_answer(c, 400, "{\"error\":\"unknown option " + x.first + "\"}"); return; }
        http_answer(c, 200, "{\"ok\":true}");
    } else if (path == "/ctl/reset") {
        reset_stats();
        for (Upd* u : pending) delete u;
        pending.clear();
        chats.clear();
        chats_done = 0;
        http_answer(c, 200, "{\"ok\":true}");
    } else if (path == "/ctl/start") {  // chats=, questions=, walks= or seconds=, kind=buttons|text, pick=first, fresh=1, base=, ramp_ms=
        reset_stats();
        for (Upd* u : pending) delete u;
        pending.clear();
        chats.clear();
        chats_done = 0;
        int n = (int)geti(q, "chats", 1), w = (int)geti(q, "walks", 1);
        double ramp = (double)geti(q, "ramp_ms", 0);
        sc_questions = (int)geti(q, "questions", 20);
        const string* k = get(q, "kind");
        sc_kind = k && *k == "text" ? 1 : 0;
        chat_base = geti(q, "base", 1000000);
        const string* pick = get(q, "pick");
        sc_first = pick && *pick == "first";
        sc_fresh = geti(q, "fresh", 0) != 0;
        i64 seconds = geti(q, "seconds", 0);
        if (seconds) w = 1 << 30;
        for (int i = 0; i < n; i++) { Chat ch; ch.id = chat_base + i; ch.walks_left = w; chats.push_back(ch); }
        t_start = now_ns();
        sc_deadline = seconds ? t_start + seconds * 1000000000LL : 0;
        for (int i = 0; i < n; i++) {
            if (ramp > 0) add_timer(t_start + (i64)(ramp * 1e6 * i / n), T_USER, -1, epoch, i, "");
            else user_acts(i);
        }
        http_answer(c, 200, "{\"ok\":true}");
        pump();
    } else if (path == "/ctl/log") {
        string b = "t_ns,method,chat,status,fd\n";
        for (auto& x : calls) b += fmt("%lld,%s,%lld,%d,%d\n", (long long)x.t, mname[x.m], (long long)x.chat, x.status, x.fd);
        http_answer(c, 200, b, "text/csv");
    } else if (path == "/ctl/turns") {
        string b = "created_ns,delivered_ns,replied_ns,chat,step\n";
        for (auto& x : turns) b += fmt("%lld,%lld,%lld,%d,%d\n", (long long)x.created, (long long)x.delivered, (long long)x.replied, x.chat, x.step);
        http_answer(c, 200, b, "text/csv");
    } else if (path == "/ctl/state") {
        string b = fmt("{\"webhook\":\"%s\",\"polling\":%s,\"pending\":%zu}", wh_url.c_str(), find_conn(poll_fd, poll_gen) ? "true" : "false", pending.size());
        http_answer(c, 200, b);
    } else if (path == "/ctl/last") {  // what the first person saw last
        http_answer(c, 200, chats.empty() ? "{}" : "{\"text\":\"" + json_escape(chats[0].text) + "\",\"buttons\":" + std::to_string(chats[0].data.size()) + "}");
    } else if (path == "/ctl/quit") { http_answer(c, 200, "{\"ok\":true}"); exit(0); }
    else http_answer(c, 404, "{\"ok\":false}");
}

// ------------------------------------------------------------------ HTTP framing
struct Msg { string_view start, ctype; string_view body; string decoded; size_t total = 0; bool close = false, expect = false, chunked = false; };
static int parse_http(const string& in, Msg& m) {  // 1 complete, 0 need more, -1 error
    size_t h = in.find("\r\n\r\n");
    if (h == string::npos) return in.size() > 65536 ? -1 : 0;
    string_view hd(in.data(), h);
    size_t e = hd.find("\r\n");
    m.start = hd.substr(0, e);
    size_t cl = 0;
    while (e != string_view::npos) {
        size_t b = e + 2;
        e = hd.find("\r\n", b);
        string_view l = hd.substr(b, e == string_view::npos ? string_view::npos : e - b);
        size_t co = l.find(':');
        if (co == string_view::npos) continue;
        string_view v = l.substr(co + 1);
        while (!v.empty() && v[0] == ' ') v.remove_prefix(1);
        if (co == 14 && !strncasecmp(l.data(), "content-length", 14)) cl = (size_t)atoll(string(v).c_str());
        else if (co == 12 && !strncasecmp(l.data(), "content-type", 12)) m.ctype = v;
        else if (co == 10 && !strncasecmp(l.data(), "connection", 10)) m.close = !strncasecmp(v.data(), "close", 5);
        else if (co == 17 && !strncasecmp(l.data(), "transfer-encoding", 17)) m.chunked = v.find("chunked") != string_view::npos;
        else if (co == 6 && !strncasecmp(l.data(), "expect", 6)) m.expect = true;
    }
    size_t p = h + 4;
    if (!m.chunked) {
        if (in.size() < p + cl) return 0;
        m.body = string_view(in.data() + p, cl);
        m.total = p + cl;
        return 1;
    }
    while (true) {
        size_t l = in.find("\r\n", p);
        if (l == string::npos) return 0;
        size_t n = strtoul(in.c_str() + p, nullptr, 16);
        p = l + 2;
        if (in.size() < p + n + 2) return 0;
        m.decoded.append(in, p, n);
        p += n + 2;
        if (n == 0) break;
    }
    m.body = m.decoded;
    m.total = p;
    return 1;
}
static void process_input(Conn* c) {
    uint32_t gen = c->gen;
    int fd = c->fd;
    while (!c->busy && !c->in.empty()) {
        Msg m;
        int r = parse_http(c->in, m);
        if (r < 0) { close_conn(c); return; }
        if (r == 0) {
            if (m.expect && c->in.find("\r\n\r\n") != string::npos && c->out.empty()) { c->out = "HTTP/1.1 100 Continue\r\n\r\n"; if (!flush_out(c)) return; }
            return;
        }
        i64 t = now_ns();
        size_t a = m.start.find(' '), b = m.start.rfind(' ');
        if (a == string_view::npos || b <= a) { close_conn(c); return; }
        string_view target = m.start.substr(a + 1, b - a - 1), query;
        size_t qm = target.find('?');
        if (qm != string_view::npos) { query = target.substr(qm + 1); target = target.substr(0, qm); }
        c->close_after = m.close;
        c->busy = true;
        if (target.substr(0, 5) == "/ctl/") {
            string tp(target), qs(query);
            c->in.erase(0, m.total);
            control(c, tp, qs);
        } else if (target.substr(0, 4) == "/bot") {
            size_t sl = target.find('/', 4);
            string_view method = sl == string_view::npos ? string_view() : target.substr(sl + 1);
            if (method.substr(0, 5) == "test/") method = method.substr(5);
            Params p;
            parse_body(m.ctype, m.body, query, p);
            bool deferred;
            string mcopy(method);
            c->in.erase(0, m.total);
            Result res = api_call(mcopy, p, t, fd, deferred, c);
            if (!deferred) {
                if (res.drop) {
                    counters["dropped_replies"]++;
                    add_timer(now_ns() + (i64)(cfg.latency_ms * 1e6), T_CUT, fd, gen, 0, "");
                } else
                    answer_later(c, res.status, std::move(res.body));
            }
            pump();
        } else {
            c->in.erase(0, m.total);
            http_answer(c, 404, "{\"ok\":false,\"error_code\":404,\"description\":\"Not Found\"}");
        }
        if (find_conn(fd, gen) == nullptr) return;
    }
}
static void process_webhook_reply(Conn* c) {
    while (c->busy) {
        Msg m;
        int r = parse_http(c->in, m);
        if (r == 0) return;
        bool ok = r > 0 && m.start.size() > 12 && m.start[9] == '2';
        uint32_t gen = c->gen;
        int fd = c->fd;
        if (r < 0) { wh_done(c, false); wh_open--; close_conn(c); return; }
        if (ok && !m.body.empty()) {
            Params p;
            parse_body(m.ctype, m.body, "", p);
            const string* me = get(p, "method");
            if (me) { bool d; counters["webhook_replies"]++; string mm = *me; api_call(mm, p, now_ns(), fd, d, nullptr); }
        }
        if (!ok) counters["webhook_errors"]++;
        bool cl = m.close;
        c->in.erase(0, m.total);
        wh_done(c, ok);
        if (cl) { wh_open--; close_conn(c); }
        else wh_idle.emplace_back(fd, gen);
        pump();
        if (cl || find_conn(fd, gen) == nullptr) return;
    }
}

int main(int argc, char** argv) {
    int port = 8081;
    for (int i = 1; i < argc; i++) {
        string a = argv[i];
        if (a == "--help" || a == "-h") { printf("usage: botapi_server [--port=8081] [--latency_ms=50] [--any_config_key=value]\n"); return 0; }
        if (a.substr(0, 2) != "--") continue;
        size_t eq = a.find('=');
        string k = a.substr(2, eq - 2), v = eq == string::npos ? "" : a.substr(eq + 1);
        if (eq == string::npos && i + 1 < argc) v = argv[++i];
        std::replace(k.begin(), k.end(), '-', '_');
        if (k == "port") port = atoi(v.c_str());
        else if (!set_option(k, v)) { fprintf(stderr, "unknown option %s\n", k.c_str()); return 2; }
    }
    signal(SIGPIPE, SIG_IGN);
    ep = epoll_create1(0);
    int ls = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(ls, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons((uint16_t)port);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(ls, (sockaddr*)&a, sizeof a) || listen(ls, 1024)) { perror("bind"); return 1; }
    epoll_event ev{};
    ev.events = EPOLLIN;
    ev.data.fd = ls;
    epoll_ctl(ep, EPOLL_CTL_ADD, ls, &ev);
    calls.reserve(1 << 20);
    fprintf(stderr, "fake Bot API on http://127.0.0.1:%d\n", port);
    std::vector<epoll_event> evs(512);
    std::vector<char> buf(1 << 18);
    while (true) {
        int wait = -1;
        if (!timers.empty()) {
            i64 d = timers.top()->due - now_ns();
            wait = d <= 0 ? 0 : (int)((d + 999999) / 1000000);
        }
        // sub-millisecond timers: epoll_pwait2 would be finer, 1 ms is enough here
        int n = epoll_wait(ep, evs.data(), (int)evs.size(), wait);
        for (int i = 0; i < n; i++) {
            int fd = evs[(size_t)i].data.fd;
            if (fd == ls) {
                while (true) {
                    int nf = accept4(ls, nullptr, nullptr, SOCK_NONBLOCK);
                    if (nf < 0) break;
                    setsockopt(nf, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    add_conn(nf, false);
                    conns_accepted++;
                    conns_open++;
                    conns_peak = std::max(conns_peak, conns_open);
                }
                continue;
            }
            Conn* c = (size_t)fd < conns.size() ? conns[(size_t)fd] : nullptr;
            if (!c) continue;
            if (c->connecting && (evs[(size_t)i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) {
                int err = 0;
                socklen_t el = sizeof err;
                getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &el);
                c->connecting = false;
                if (err) { counters["webhook_connect_errors"]++; wh_done(c, false); wh_open--; close_conn(c); continue; }
                c->want_write = true;  // EPOLLOUT is armed
            }
            if ((evs[(size_t)i].events & EPOLLOUT) && c->want_write) { if (!flush_out(c)) { if (c->client) wh_open--; continue; } }
            if (evs[(size_t)i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
                bool gone = false;
                while (true) {
                    ssize_t r = recv(fd, buf.data(), buf.size(), 0);
                    if (r > 0) { c->in.append(buf.data(), (size_t)r); bytes_in += r; if ((size_t)r < buf.size()) break; }
                    else if (r == 0 || errno != EAGAIN) { gone = true; break; }
                    else break;
                }
                if (c->client) {
                    uint32_t g = c->gen;
                    process_webhook_reply(c);
                    if (gone && (c = find_conn(fd, g))) { if (c->busy) { counters["webhook_errors"]++; wh_done(c, false); } wh_open--; close_conn(c); pump(); }
                } else {
                    uint32_t g = c->gen;
                    process_input(c);
                    if (gone && (c = find_conn(fd, g))) close_conn(c);
                }
            }
        }
        i64 t = now_ns();
        while (!timers.empty() && timers.top()->due <= t) {
            Timer* x = timers.top();
            timers.pop();
            Conn* c = find_conn(x->fd, x->gen);
            switch (x->kind) {
                case T_RESPONSE:
                    if (c) {
                        int fd = x->fd;
                        http_answer(c, (int)x->arg, x->payload);
                        if ((c = find_conn(fd, x->gen)) && !c->in.empty()) process_input(c);
                    }
                    break;
                case T_POLL_TIMEOUT:
                    if (c && poll_fd == x->fd && poll_gen == x->gen && counters["polls_answered"] == x->arg) answer_poll(c);
                    break;
                case T_USER: if (x->gen == epoch && x->arg < (i64)chats.size()) { user_acts((int)x->arg); pump(); } break;
                case T_REDELIVER: pending.push_front((Upd*)(intptr_t)x->arg); pump(); break;
                case T_CUT: if (c) close_conn(c); break;
            }
            delete x;
        }
    }
}
