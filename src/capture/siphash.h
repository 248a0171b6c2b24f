/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SipHash-2-4: a number made of a text and a secret, which tells neither.
 * After J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF",
 * 2012.
 */
#ifndef PX_SIPHASH_H
#define PX_SIPHASH_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t px_sip_turn(uint64_t value, unsigned bits)
{
	return value << bits | value >> (64 - bits);
}

static inline void px_sip_rounds(uint64_t v[4], unsigned count)
{
	while (count-- > 0) {
		v[0] += v[1];
		v[1] = px_sip_turn(v[1], 13) ^ v[0];
		v[0] = px_sip_turn(v[0], 32);
		v[2] += v[3];
		v[3] = px_sip_turn(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = px_sip_turn(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = px_sip_turn(v[1], 17) ^ v[2];
		v[2] = px_sip_turn(v[2], 32);
	}
}

/** The number of @length bytes. */
static inline uint64_t px_siphash(const uint64_t key[2], const char *bytes, size_t length)
{
	uint64_t v[4] = { key[0] ^ UINT64_C(0x736f6d6570736575),
		key[1] ^ UINT64_C(0x646f72616e646f6d), key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573) };
	size_t whole = length / 8 * 8;

	for (size_t at = 0; at <= whole; at += 8) {
		uint64_t word = 0;

		/* The last has what is left, and the length. */
		if (length > at)
			memcpy(&word, bytes + at, at < whole ? 8 : length - at);
		word = le64toh(word);
		if (at == whole)
			word |= (uint64_t)length << 56;
		v[3] ^= word;
		px_sip_rounds(v, 2);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	px_sip_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

#endif
