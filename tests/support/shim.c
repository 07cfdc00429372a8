/* A PKCS #11 module that passes every call on to another one, and fails where it is told to.
 *
 * The function list (PKCS #11, section 3.6) is two bytes of version and 68 pointers in the order of the specification.
 * All arguments are words, of which no function that is used here has more than six.
 *
 * Preloaded (LD_PRELOAD) into a program, it ends that program at once after it has emptied a file.
 */
#include <dlfcn.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef unsigned long word;
typedef word (*function)(word, word, word, word, word, word);
struct functions { unsigned char version[2]; function at[68]; };

enum { GET_TOKEN_INFO = 6, GET_ATTRIBUTE_VALUE = 24, FIND_OBJECTS = 27, SIGN = 43 };
enum { NONE, FAIL, LOSE, HANG, CHANGE, NOTHING, TWICE, SHORT };

static struct functions *real, ours;
static volatile int at = -1, left, kind, released;
static volatile word value;
static volatile long calls[68], signatures;
static volatile int announced = -1;

/* The n-th call of this function from now on, or each one if n is 0, meets this fault. */
void shim_fault(int which, int n, int what, word code) {
    released = 1;
    at = -1;
    left = n, kind = what, value = code, released = 0;
    at = which;
}

void shim_announce(int file) { announced = file; } /* where a byte is written at each step, its number */
void shim_release(void) { at = -1, released = 1; }
long shim_calls(int which) { return calls[which]; }
long shim_signatures(void) { return signatures; }
word shim_finalize(void) { return real->at[1](0, 0, 0, 0, 0, 0); } /* past whoever else uses the module */
word shim_log_out(word session) { return real->at[19](session, 0, 0, 0, 0, 0); }
word shim_close_all(word slot) { return real->at[14](slot, 0, 0, 0, 0, 0); }

static void change(int n, word b, word c, word d, word e) {
    word *attribute = (word *)c, *objects = (word *)b, *found = (word *)d; /* CK_ATTRIBUTE: type, value, length */
    if (n == GET_TOKEN_INFO) *(word *)(b + 96) |= value;
    if (n == SIGN && kind == CHANGE) ((unsigned char *)d)[40] ^= 1;
    if (n == SIGN && kind == SHORT) *(word *)e = 10;
    if (n == FIND_OBJECTS && kind == NOTHING) *found = 0;
    if (n == FIND_OBJECTS && kind == TWICE && *found == 1) objects[1] = objects[0], *found = 2;
    if (n == FIND_OBJECTS && kind == CHANGE) objects[0] ^= 0x5555;
    if (n == GET_ATTRIBUTE_VALUE && kind == SHORT) attribute[2] = 3;
    if (n == GET_ATTRIBUTE_VALUE && kind == NOTHING) attribute[2] = (word)-1;
    if (n == GET_ATTRIBUTE_VALUE && kind == CHANGE && attribute[1]) ((char *)attribute[1])[attribute[2] - 1] ^= 1;
}

static word through(int n, word a, word b, word c, word d, word e, word f) {
    int counts = n != SIGN || d; /* C_Sign without a buffer asks for a length only */
    int strikes = n == at && counts && (left == 0 || (left > 0 && --left == 0 && (left = -1)));
    word result;
    calls[n] += counts;
    if (announced >= 0 && counts && write(announced, &(unsigned char){n}, 1) != 1) announced = -1;
    if (strikes && kind == FAIL) return value;
    while (strikes && kind == HANG && !released) usleep(1000);
    result = real->at[n](a, b, c, d, e, f);
    if (n == SIGN && d && result == 0) signatures++;
    if (strikes && kind == LOSE) return value;
    if (strikes && kind >= CHANGE && result == 0) change(n, b, c, d, e);
    return result;
}

#define PASS(n) static word pass##n(word a, word b, word c, word d, word e, word f) { return through(n, a, b, c, d, e, f); }
PASS(0) PASS(1) PASS(2) PASS(4) PASS(5) PASS(6) PASS(7) PASS(12) PASS(13) PASS(18) PASS(19) PASS(24)
PASS(26) PASS(27) PASS(28) PASS(42) PASS(43)
#define PUT(n) ours.at[n] = pass##n;

word C_GetFunctionList(struct functions **list) {
    word (*get)(struct functions **);
    void *module = dlopen(MODULE, RTLD_NOW);
    if (!module || !(get = (word (*)(struct functions **))dlsym(module, "C_GetFunctionList")) || get(&real)) return 5;
    ours = *real;
    PUT(0) PUT(1) PUT(2) PUT(4) PUT(5) PUT(6) PUT(7) PUT(12) PUT(13) PUT(18) PUT(19) PUT(24) PUT(26) PUT(27) PUT(28)
    PUT(42) PUT(43)
    *list = &ours;
    return 0;
}

int ftruncate(int file, off_t size) {
    syscall(SYS_ftruncate, file, size);
    return raise(SIGKILL);
}
