#pragma once
// The door to the disk. Real: io_uring with O_DIRECT, or pwrite + fdatasync on a helper thread
// where io_uring is refused. Simulated: loses unsynced pages, tears writes, fills up, flips bits,
// by seed.
//
// Errors: not_found, exists, disk_full, io (with the system's own text and the path).

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/task.h"

namespace levada::io {

// Direct files are read and written at offsets, lengths and addresses that are multiples of this.
inline constexpr std::size_t direct_alignment = 4096;

// Owned memory fit for direct I/O.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(Bytes size);  // zeroed; size is rounded up to direct_alignment
  AlignedBuffer(AlignedBuffer&& other) noexcept;
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept;
  ~AlignedBuffer();
  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }
  MutableByteView bytes() { return {data_, size_}; }
  ByteView bytes() const { return {data_, size_}; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

enum class Durable : bool { later, now };  // now: on stable storage when the write resolves

struct OpenOptions {
  bool create = false;     // make it when it is not there
  bool exclusive = false;  // with create: exists is an error
  bool direct = false;     // O_DIRECT: aligned access only, no page cache
  bool write = true;
  bool secret = false;  // a file that is made now is for its owner alone
};

// One open file. Several reads and writes may be in flight; they may end in any order. Closes
// itself.
class File {
 public:
  virtual ~File() = default;
  // Reads up to into.size() bytes; less only at the end of the file.
  virtual Task<std::size_t> read(std::uint64_t offset, MutableByteView into) = 0;
  // Writes all of it or fails; after a failure the bytes there are undefined.
  virtual Task<Unit> write(std::uint64_t offset, ByteView from, Durable durable) = 0;
  virtual Task<Unit> sync() = 0;  // fdatasync: all resolved writes and the size
  // Reserves and zero-fills the space up to `size`, so that later writes change no metadata.
  virtual Task<Unit> preallocate(Bytes size) = 0;
  virtual Task<Unit> truncate(Bytes size) = 0;
  virtual Task<Bytes> size() = 0;
  virtual const std::string& path() const = 0;
};

class Disk {
 public:
  virtual ~Disk() = default;
  virtual Task<std::unique_ptr<File>> open(std::string path, OpenOptions options) = 0;
  virtual Task<Unit> remove(std::string path) = 0;
  virtual Task<Unit> rename(std::string from, std::string to) = 0;  // replaces `to` atomically
  virtual Task<Unit> make_directory(std::string path) = 0;          // and its parents; may exist
  virtual Task<std::vector<std::string>> list(std::string directory) = 0;  // names, sorted
  virtual Task<Unit> sync_directory(std::string directory) = 0;            // makes names durable
  virtual Task<Bytes> free_space(std::string directory) = 0;
};

// Writes a small file so that after a crash either the old or the new content is there, whole.
enum class Readers : bool { group, owner };  // who may read a new file, besides its owner
Task<Unit> replace_file(Disk& disk, std::string path, ByteView content,
                        Readers readers = Readers::group);
Task<Buffer> read_file(Disk& disk, std::string path, Bytes size_max);

}  // namespace levada::io
