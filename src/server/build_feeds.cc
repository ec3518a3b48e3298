#include "server/build_feeds.h"

#include <utility>

namespace levada::server {
namespace {

Task<Unit> begin(connect::StreamFeeds& feeds) {
  feeds.start();
  co_return Unit{};
}

}  // namespace

FeedFloor::FeedFloor(IoFloor& ground, ProductFloor& products, MetricsRegistry& metrics)
    : reactors_(*ground.reactors),
      home_(products.timestream().home().index()),
      feeds_({reactors_.at(home_), products.timestream(), products.data(home_),
              products.control(home_), metrics}) {
  (void)reactors_.run(home_, [&] { return begin(feeds_); });
}

void FeedFloor::close() {
  if (std::exchange(open_, false)) (void)reactors_.run(home_, [&] { return feeds_.stop(); });
}

}  // namespace levada::server
