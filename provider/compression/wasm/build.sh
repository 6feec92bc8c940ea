#!/usr/bin/env bash
# Builds the codecs into the folder of the first argument, else beside this file. The same sources and
# compiler make the same bytes on every machine. Needs cargo, which fetches the C sources, and Python with pip.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "${1:-$here}"
to=$(cd "${1:-$here}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet ziglang==0.14.1
cargo vendor --quiet --locked --manifest-path "$here/Cargo.toml" "$work/crates" >/dev/null
export ZIG_GLOBAL_CACHE_DIR=$work/zig ZIG_LOCAL_CACHE_DIR=$work/zig

# Paths of sources are relative, so that none of this machine can get into the bytes.
cd "$work/crates"
cp "$here"/*.c .

compile() { # NAME FLAGS AND SOURCES
  "$work/venv/bin/python" -m ziglang cc -target wasm32-wasi -mexec-model=reactor -O3 \
    -mcpu=generic+bulk_memory+nontrapping_fptoint+sign_ext+simd128 -DNDEBUG \
    -Wl,--no-entry -Wl,--strip-all -o "$work/$1.wasm" "$1.c" "${@:2}"
  # Not executable: it is data.
  install -m 644 "$work/$1.wasm" "$to/$1.wasm"
}

xz=liblzma-sys/xz/src/liblzma
# Decodes the bits of literals and lengths without branches (rangecoder/range_decoder.h): a fifth faster as wasm.
flags=(-Iliblzma-sys/xz/src/common -DLZMA_RANGE_DECODER_CONFIG=0x0B)
for folder in api check common delta lz lzma rangecoder simple; do flags+=("-I$xz/$folder"); done
for feature in STDINT_H STDBOOL_H STRING_H CHECK_{CRC32,CRC64,SHA256} \
  DECODER_{LZMA1,LZMA2,DELTA,X86,ARM,ARM64,ARMTHUMB,IA64,POWERPC,RISCV,SPARC}; do
  flags+=("-DHAVE_$feature")
done
compile liblzma "${flags[@]}" \
  $xz/check/{check,crc32_fast,crc64_fast,sha256}.c \
  $xz/common/{block_decoder,block_header_decoder,block_util,common,filter_common,filter_decoder}.c \
  $xz/common/{filter_flags_decoder,index_hash,stream_decoder,stream_flags_common}.c \
  $xz/common/{stream_flags_decoder,vli_decoder,vli_size}.c \
  $xz/delta/{delta_common,delta_decoder}.c $xz/lz/lz_decoder.c $xz/lzma/{lzma,lzma2}_decoder.c \
  $xz/simple/{arm,arm64,armthumb,ia64,powerpc,riscv,simple_coder,simple_decoder,sparc,x86}.c

deflate=libdeflate-sys/libdeflate
compile libdeflate -I$deflate $deflate/lib/{deflate_compress,utils}.c

zstd=zstd-sys/zstd/lib
compile zstd -I$zstd -DZSTD_DISABLE_ASM \
  $zstd/common/{debug,entropy_common,error_private,fse_decompress,zstd_common,xxhash}.c \
  $zstd/compress/{fse_compress,hist,huf_compress,zstd_compress,zstd_compress_literals}.c \
  $zstd/compress/{zstd_compress_sequences,zstd_compress_superblock,zstd_double_fast,zstd_fast}.c \
  $zstd/compress/{zstd_lazy,zstd_ldm,zstd_opt,zstd_preSplit}.c
