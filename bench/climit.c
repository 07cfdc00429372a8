/* Loops over the very libsecp256k1 that coincurve ships (its function pointers are passed in): what the bare C call costs
   in this process, with no Python between two calls. */
#include <stddef.h>
#include <string.h>

typedef struct {
    void *context;
    int (*create)(void *, void *, const void *);
    int (*serialize)(void *, void *, size_t *, const void *, unsigned);
    int (*sign_recoverable)(void *, void *, const void *, const void *, void *, void *);
    int (*schnorr_sign32)(void *, void *, const void *, const void *, const void *);
    int (*tweak_add)(void *, void *, const void *);
} library;

enum { COMPRESSED = 258 };

int create_loop(const library *lib, const unsigned char *secret, long count) {
    unsigned char point[64], out[33];
    int good = 1;
    for (long i = 0; i < count; i++) {
        size_t size = sizeof out;
        good &= lib->create(lib->context, point, secret);
        good &= lib->serialize(lib->context, out, &size, point, COMPRESSED);
    }
    return good;
}

int ecdsa_loop(const library *lib, const unsigned char *secret, const unsigned char *digest, long count, unsigned char *out) {
    unsigned char message[32];
    int good = 1;
    memcpy(message, digest, sizeof message);
    for (long i = 0; i < count; i++) {
        message[0] = (unsigned char)i;
        good &= lib->sign_recoverable(lib->context, out, message, secret, 0, 0);
    }
    return good;
}

int schnorr_loop(const library *lib, const unsigned char *keypair, const unsigned char *digest, const unsigned char *aux,
                 long count, unsigned char *out) {
    unsigned char message[32];
    int good = 1;
    memcpy(message, digest, sizeof message);
    for (long i = 0; i < count; i++) {
        message[0] = (unsigned char)i;
        good &= lib->schnorr_sign32(lib->context, out, message, keypair, aux);
    }
    return good;
}

/* Children of one key: each a copy of its point, to which count tweaks are added; the first byte of each tells them apart. */
int tweak_loop(const library *lib, const unsigned char *parent, const unsigned char *tweak, long count, unsigned char *out) {
    unsigned char scalar[32], point[64];
    int good = 1;
    memcpy(scalar, tweak, sizeof scalar);
    for (long i = 0; i < count; i++) {
        size_t size = 33;
        memcpy(point, parent, sizeof point);
        scalar[1] = (unsigned char)i;
        scalar[2] = (unsigned char)(i >> 8);
        good &= lib->tweak_add(lib->context, point, scalar);
        good &= lib->serialize(lib->context, out, &size, point, COMPRESSED);
    }
    return good;
}
