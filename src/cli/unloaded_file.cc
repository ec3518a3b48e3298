#include "cli/unloaded_file.h"

#include <isa-l/igzip_lib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/exit_code.h"

namespace levada::cli {
namespace {

constexpr std::size_t piece_size = 256 << 10;

}  // namespace

struct UnloadedFile::Inflate {
  inflate_state state;
  Buffer input = Buffer(piece_size);
  bool ended = false;

  Inflate() { begin(); }
  void begin() {
    isal_inflate_init(&state);
    state.crc_flag = ISAL_GZIP;
  }
};

UnloadedFile::UnloadedFile(std::string path, std::unique_ptr<std::FILE, Close> file)
    : path_(std::move(path)), file_(std::move(file)) {
  if (path_.ends_with(".gz")) inflate_ = std::make_unique<Inflate>();
}
UnloadedFile::UnloadedFile(UnloadedFile&&) noexcept = default;
UnloadedFile& UnloadedFile::operator=(UnloadedFile&&) noexcept = default;
UnloadedFile::~UnloadedFile() = default;

Result<UnloadedFile> UnloadedFile::open(const std::string& path) {
  std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) return fail_as(ExitCode::general, path + ": " + std::strerror(errno));
  UnloadedFile opened(path, std::move(file));
  std::error_code error;
  opened.size_ = std::filesystem::file_size(path, error);
  return opened;
}

Result<std::size_t> UnloadedFile::read(MutableByteView into) {
  const auto fill = [this](MutableByteView bytes) -> Result<std::size_t> {
    const std::size_t got = std::fread(bytes.data(), 1, bytes.size(), file_.get());
    if (got == 0 && std::ferror(file_.get()) != 0)
      return fail_as(ExitCode::general, path_ + ": cannot be read");
    position_ += got;
    return got;
  };
  if (inflate_ == nullptr) return fill(into);
  inflate_state& state = inflate_->state;
  state.next_out = reinterpret_cast<std::uint8_t*>(into.data());
  state.avail_out = static_cast<std::uint32_t>(into.size());
  while (state.avail_out == into.size()) {
    if (state.avail_in == 0) {
      const std::size_t got = TRY(fill(inflate_->input));
      if (got == 0) {
        if (inflate_->ended) return 0;
        return fail_as(ExitCode::general, path_ + ": ends in the middle of its gzip stream");
      }
      state.next_in = reinterpret_cast<std::uint8_t*>(inflate_->input.data());
      state.avail_in = static_cast<std::uint32_t>(got);
    }
    if (inflate_->ended) {  // gzip streams may follow each other
      std::uint8_t* const next = state.next_in;
      const std::uint32_t left = state.avail_in;
      std::uint8_t* const out = state.next_out;
      const std::uint32_t room = state.avail_out;
      inflate_->begin();
      state.next_in = next;
      state.avail_in = left;
      state.next_out = out;
      state.avail_out = room;
      inflate_->ended = false;
    }
    if (isal_inflate(&state) != ISAL_DECOMP_OK)
      return fail_as(ExitCode::general, path_ + ": is not gzip, or damaged");
    inflate_->ended = state.block_state == ISAL_BLOCK_FINISH;
  }
  return into.size() - state.avail_out;
}

}  // namespace levada::cli
