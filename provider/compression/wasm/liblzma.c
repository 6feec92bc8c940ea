/* Decodes .xz files from one buffer into another. provider/compression/xz-decoder.ts drives it. */
#include <lzma.h>

#define EXPORT(name) __attribute__((export_name(#name))) name

static lzma_stream stream = LZMA_STREAM_INIT;
static uint8_t input[64 * 1024];
static uint8_t output[256 * 1024];

uint8_t *EXPORT(inputAddress)(void) { return input; }
uint32_t EXPORT(inputSize)(void) { return sizeof input; }
uint8_t *EXPORT(outputAddress)(void) { return output; }

/* Starts a file: one stream or more, with padding between them. */
lzma_ret EXPORT(begin)(uint32_t memory_limit) {
  stream.avail_in = 0;
  return lzma_stream_decoder(&stream, memory_limit, LZMA_CONCATENATED);
}

/* Says how much of the input buffer has been filled. All that was in it before is decoded by now. */
void EXPORT(feed)(uint32_t size) {
  stream.next_in = input;
  stream.avail_in = size;
}

/* Fills the output buffer as far as the input reaches. */
lzma_ret EXPORT(decode)(uint32_t is_end) {
  stream.next_out = output;
  stream.avail_out = sizeof output;
  return lzma_code(&stream, is_end ? LZMA_FINISH : LZMA_RUN);
}

uint32_t EXPORT(decodedSize)(void) { return sizeof output - stream.avail_out; }
