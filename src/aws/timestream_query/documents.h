#pragma once
// QueryDocuments: manifests, metadata and error reports in the notation of AWS (spec timestream
// 5.3, 6.7).

#include "timestream/documents.h"

namespace levada::aws {

class QueryDocuments final : public timestream::Documents {
 public:
  Buffer manifest(const std::vector<timestream::UnloadedFile>& files) const override;
  Buffer metadata(const timestream::sql::Scope& columns) const override;
  Buffer error_report(const std::string& id,
                      const std::vector<timestream::ReportedError>& errors) const override;
};

}  // namespace levada::aws
