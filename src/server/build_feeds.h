#pragma once
// Floor 5, what runs between products: streams that feed Timestream tables.

#include "base/metrics.h"
#include "connect/stream_feeds.h"
#include "server/build_io.h"
#include "server/build_products.h"

namespace levada::server {

class FeedFloor {
 public:
  // Feeds begin at once. All outlive the floor.
  FeedFloor(IoFloor& ground, ProductFloor& products, MetricsRegistry& metrics);
  ~FeedFloor() { close(); }
  FeedFloor(const FeedFloor&) = delete;
  FeedFloor& operator=(const FeedFloor&) = delete;

  void close();  // waits until none runs

 private:
  io::Reactors& reactors_;
  io::ReactorIndex home_;
  connect::StreamFeeds feeds_;
  bool open_ = true;
};

}  // namespace levada::server
