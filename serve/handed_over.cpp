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
  const auto crowded = [this] {
    const std::size_t held = delivering_ + acknowledging_;
    return ready_ > kMostUnwritten || (held > 0 && held + 2 * Delivery::kPieceBytes > most_bytes_);
  };
  while (crowded() && !failed_) co_await change();
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
  delivering_ += size;
  acknowledging_ += entry->memory();
  count();
  ++running_;
  asio::co_spawn(changed_.get_executor(), deliver(shared_from_this(), entry, std::move(delivery), size),
                 [self = shared_from_this(), entry, lost](const std::exception_ptr& thrown) {
                   if (!entry->durable) self->lost_bytes_ += lost;
                   if (thrown || !entry->durable) self->fail();
                   --self->running_;
                   self->changed_.cancel();
                 });
}

asio::awaitable<void> HandedOver::deliver(std::shared_ptr<HandedOver> self, std::shared_ptr<Entry> entry,
                                          Delivery delivery, std::size_t size) {
  bool durable = true;
  if (!delivery.documents.empty()) {
    const StreamContext& context = self->context_;
    const Receipt receipt =
        co_await deliver_patiently(context.intake, std::move(delivery), context.figures, context.stopping);
    durable = receipt.status == Receipt::Status::durable;
    self->rejected_ += receipt.rejected;
  }
  self->delivering_ -= size;
  entry->durable = durable;
  if (durable && !self->failed_) self->ready_ += entry->memory();
  self->count();
  self->changed_.cancel();
  co_await self->acknowledge();
}

// What can be written at once, up to a block: nothing, if the first isn't durable.
HandedOver::Block HandedOver::take_ready() {
  constexpr std::size_t kBlock = std::size_t{64} << 10;
  Block block;
  while (!entries_.empty() && entries_.front()->durable && block.text.size() < kBlock) {
    Entry& entry = *entries_.front();
    block.bytes += entry.memory();
    if (block.text.empty()) {
      block.text = std::move(entry.acknowledgement);
    } else {
      block.text += entry.acknowledgement;
    }
    entries_.pop_front();
  }
  return block;
}

// Whoever comes first writes for all that are ready: one write at a time, and none before its turn.
asio::awaitable<void> HandedOver::acknowledge() {
  if (writing_) co_return;
  writing_ = true;
  while (!failed_) {
    const Block block = take_ready();
    if (block.bytes == 0) break;
    const bool written = co_await write(block.text);
    if (failed_) break;  // Nothing is counted any more.
    if (!written) {
      fail();
      break;
    }
    acknowledging_ -= block.bytes;
    ready_ -= block.bytes;
    count();
    changed_.cancel();
  }
  writing_ = false;
}

asio::awaitable<bool> HandedOver::write(const std::string& text) {
  if (text.empty()) co_return true;
  writing_since_ = going_on_ = Clock::now();
  watch_writing();
  // Some of it may be taken now and then for ever: the time is for all of it.
  const bool written = co_await connection_->write(text, 2 * context_.options.write_timeout);
  patience_.cancel();
  co_return written;
}

void HandedOver::watch_writing() {
  constexpr std::chrono::milliseconds kStep{250};
  patience_.expires_after(kStep);
  patience_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (cancelled || !self->writing_) return;
    const Clock::time_point now = Clock::now();
    if (!self->context_.stopping) self->going_on_ = now;
    const bool in_time = now - self->writing_since_ < self->context_.options.write_timeout;
    if (in_time && now - self->going_on_ < kPatienceOfStop) return self->watch_writing();
    self->unread_ = true;
    self->connection_->close();
  });
}

// Nobody writes what waits to be written.
void HandedOver::fail() {
  failed_ = true;
  entries_.clear();
  acknowledging_ = ready_ = 0;
  count();
  changed_.cancel();
}

void HandedOver::count() {
  const std::size_t bytes = delivering_ + acknowledging_;
  share_.shrink(bytes);
  share_.carry(bytes);
}

asio::awaitable<void> HandedOver::finish() {
  while (running_ > 0) co_await change();
}

asio::awaitable<void> HandedOver::change() {
  changed_.expires_at(asio::steady_timer::time_point::max());
  co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace trailkeeper::serve
