/* Compresses a stream as one zstd frame. provider/compression/zstd-encoder.ts drives it. */
#include <stdint.h>
#include <zstd.h>

#define EXPORT(name) __attribute__((export_name(#name))) name

static ZSTD_CCtx *context;
static uint8_t input[128 * 1024];
static uint8_t output[256 * 1024];
static ZSTD_inBuffer in = {input, 0, 0};
static ZSTD_outBuffer out = {output, sizeof output, 0};

uint8_t *EXPORT(inputAddress)(void) { return input; }
uint32_t EXPORT(inputSize)(void) { return sizeof input; }
uint8_t *EXPORT(outputAddress)(void) { return output; }

/* Starts a frame. Returns 0 when there is no memory. */
uint32_t EXPORT(begin)(int32_t level) {
  if (context == 0) context = ZSTD_createCCtx();
  if (context == 0) return 0;
  ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
  return !ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level));
}

void EXPORT(feed)(uint32_t size) {
  in.size = size;
  in.pos = 0;
}

/* Returns 0 when all of the input has been taken or, at the end, written; negative when it fails. */
int32_t EXPORT(compress)(uint32_t is_end) {
  out.pos = 0;
  size_t left = ZSTD_compressStream2(context, &out, &in, is_end ? ZSTD_e_end : ZSTD_e_continue);
  if (ZSTD_isError(left)) return -1;
  return is_end ? left != 0 : in.pos < in.size;
}

uint32_t EXPORT(writtenSize)(void) { return out.pos; }
