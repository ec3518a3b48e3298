#pragma once
// AuditFile: the audit log as a file of JSON lines. Each line is one write at the file's end, so
// all reactors share it without a lock.

#include <atomic>
#include <memory>
#include <string>

#include "aws/audit_log.h"
#include "base/result.h"
#include "io/event_log.h"

namespace levada::server {

class AuditFile final : public aws::AuditLog {
 public:
  // Appends to what is there; makes the file for its owner and group. Errors: io.
  static Result<std::unique_ptr<AuditFile>> open(std::string path, io::EventLog& log);
  ~AuditFile() override;

  void write(const aws::AuditEntry& entry) override;

  // After the file was renamed: lines from now on go to a new one of the old name. Errors: io; then
  // they go on to the old one.
  Result<Unit> reopen();

 private:
  AuditFile(std::string path, int descriptor, io::EventLog& log)
      : path_(std::move(path)), descriptor_(descriptor), log_(log) {}

  std::string path_;
  const int descriptor_;  // the number stays; what it means is changed by reopen
  io::EventLog& log_;
  std::atomic<bool> failing_{false};
};

}  // namespace levada::server
