/* Compresses one buffer into another as one gzip member. provider/compression/gzip-encoder.ts drives it. */
#include <libdeflate.h>
#include <stdint.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(#name))) name
#define INPUT_SIZE (1024 * 1024)
/* RFC 1952: deflate; no flags, time or extra flags; operating system unknown. As Go's compress/gzip writes it. */
static const uint8_t header[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
#define TRAILER_SIZE 8

static struct libdeflate_compressor *compressor;
static uint8_t input[INPUT_SIZE];
/* What does not compress grows by 5 bytes for each 5,000 at most (libdeflate_deflate_compress_bound). */
static uint8_t output[sizeof header + INPUT_SIZE + INPUT_SIZE / 500 + TRAILER_SIZE];

uint8_t *EXPORT(inputAddress)(void) { return input; }
uint32_t EXPORT(inputSize)(void) { return sizeof input; }
uint8_t *EXPORT(outputAddress)(void) { return output; }

/* Returns 0 when there is no memory. */
uint32_t EXPORT(begin)(uint32_t level) {
  libdeflate_free_compressor(compressor);
  compressor = libdeflate_alloc_compressor(level);
  return compressor != 0;
}

/* Returns the size of the member. Node computes the checksum, with the processor's own instructions. */
uint32_t EXPORT(compress)(uint32_t size, uint32_t crc32) {
  memcpy(output, header, sizeof header);
  uint8_t *deflated = output + sizeof header;
  size_t room = sizeof output - sizeof header - TRAILER_SIZE;
  size_t deflated_size = libdeflate_deflate_compress(compressor, input, size, deflated, room);
  /* wasm is little-endian, as the trailer is. */
  memcpy(deflated + deflated_size, &crc32, 4);
  memcpy(deflated + deflated_size + 4, &size, 4);
  return sizeof header + deflated_size + TRAILER_SIZE;
}
