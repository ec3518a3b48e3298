#pragma once
// SimDisk: the door to SimStorage. Every deed takes some virtual time, so that those in flight end
// in any order, and a crash may find one done that was not yet answered.

#include "io/disk.h"
#include "io/sim/sim_events.h"
#include "io/sim/sim_storage.h"

namespace levada::io {

struct SimDiskBehaviour {
  Nanos latency_min = Micros(20);
  Nanos latency_max = Micros(400);
  double stall_chance = 0.005;  // that a deed takes up to `stall_max`
  Nanos stall_max = Millis(50);
  double read_error_chance = 0;
  double write_error_chance = 0;
  double sync_error_chance = 0;
};

class SimDisk final : public Disk {
 public:
  SimDisk(SimEvents& events, SimStorage& storage, const SimDiskBehaviour& behaviour)
      : events_(events), storage_(storage), behaviour_(behaviour) {}

  Task<std::unique_ptr<File>> open(std::string path, OpenOptions options) override;
  Task<Unit> remove(std::string path) override;
  Task<Unit> rename(std::string from, std::string to) override;
  Task<Unit> make_directory(std::string path) override;
  Task<std::vector<std::string>> list(std::string directory) override;
  Task<Unit> sync_directory(std::string directory) override;
  Task<Bytes> free_space(std::string directory) override;

 private:
  friend class SimFile;
  Nanos some_latency();
  // An injected error, or one by chance.
  Result<Unit> fault(SimFileDeed deed, const std::string& path, double chance);

  SimEvents& events_;
  SimStorage& storage_;
  const SimDiskBehaviour& behaviour_;
};

}  // namespace levada::io
