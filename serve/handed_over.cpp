#include "serve/handed_over.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace trailkeeper::serve {

namespace asio = boost::asio;
using ingest::Delivery;
using ingest::Receipt;

asio::awaitable<void> HandedOver::make_room() {
  while (bytes_ > 0 && bytes_ + 2 * Delivery::kPieceBytes > most_bytes_ && !failed_) co_await change();
}

asio::awaitable<void> HandedOver::add(Delivery delivery, std::string acknowledgement) {
  if (failed_) {
    lost_bytes_ += delivery.size;
    co_return;
  }
  const auto entry = std::make_shared<Entry>(Entry{std::move(acknowledgement), false});
  // The intake takes a copy of it.
  const std::size_t size = delivery.memory();
  const std::size_t lost = delivery.size;
  entries_.push_back(entry);
  bytes_ += size;
  share_.shrink(bytes_);
  share_.carry(bytes_);
  ++running_;
  asio::co_spawn(changed_.get_executor(), deliver(shared_from_this(), entry, std::move(delivery)),
                 [self = shared_from_this(), entry, size, lost](const std::exception_ptr& thrown) {
                   if (thrown || !entry->durable) {
                     self->failed_ = true;
                     if (!entry->durable) self->lost_bytes_ += lost;
                   }
                   --self->running_;
                   self->bytes_ -= size;
                   self->share_.shrink(self->bytes_);
                   self->changed_.cancel();
                 });
}

asio::awaitable<void> HandedOver::deliver(std::shared_ptr<HandedOver> self, std::shared_ptr<Entry> entry,
                                          Delivery delivery) {
  entry->durable = true;
  if (!delivery.documents.empty()) {
    entry->durable = false;
    const StreamContext& context = self->context_;
    const Receipt receipt =
        co_await deliver_patiently(context.intake, std::move(delivery), context.figures, context.stopping);
    entry->durable = receipt.status == Receipt::Status::durable;
    self->rejected_ += receipt.rejected;
  }
  co_await self->acknowledge();
}

// Whoever comes first writes for all that are ready: one write at a time, and none before its turn.
asio::awaitable<void> HandedOver::acknowledge() {
  if (writing_) co_return;
  writing_ = true;
  while (!failed_ && !entries_.empty() && entries_.front()->durable) {
    std::string acknowledgements;
    while (!entries_.empty() && entries_.front()->durable) {
      acknowledgements += entries_.front()->acknowledgement;
      entries_.pop_front();
    }
    if (acknowledgements.empty()) continue;
    const bool written = co_await connection_->write(acknowledgements, context_.options.write_timeout);
    if (!written) failed_ = true;
  }
  writing_ = false;
}

asio::awaitable<void> HandedOver::finish() {
  while (running_ > 0) co_await change();
}

asio::awaitable<void> HandedOver::change() {
  changed_.expires_at(asio::steady_timer::time_point::max());
  co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace trailkeeper::serve
