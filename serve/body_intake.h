// A request's body, taken in piece by piece.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string_view>

#include "ingest/wire/body_decoder.h"
#include "serve/deliver.h"
#include "serve/http_routes.h"

namespace trailkeeper::serve {

/// Is told what becomes of each piece.
class PieceObserver {
 public:
  virtual ~PieceObserver() = default;
  /// A piece was made.
  virtual void on_piece() {}
  /// The receipt of the next piece, in the order in which they were made. If one isn't durable, none that follows is.
  virtual void on_receipt(const ingest::Receipt&) {}
  /// Whether it wants to see all pieces, even when they can't be stored any more.
  [[nodiscard]] virtual bool wants_all() const { return false; }
  /// Heap bytes that it holds.
  [[nodiscard]] virtual std::size_t memory() const { return 0; }
};

/// The outcome for a body.
struct TakenBody {
  ingest::DecodeResult encoding = ingest::DecodeResult::ok;  ///< What is wrong with its Content-Encoding.
  std::optional<HttpResponse>
      not_read;  ///< It is an archive, a cost report, or of a format that isn't read: what to answer.
  std::optional<ingest::WireProblem> refused;  ///< What the decoder says is wrong with all of it.
  bool no_room = false;                        ///< Others held all the room for long, or it was given up.
  /// Of all pieces. Durable only if all are; some may be durable all the same. Without items.
  ingest::Receipt receipt;
};

/// Hands the documents that `decoder` finds in the request's body over to the intake. The body is decompressed and
/// taken apart as fast as it is committed: a few pieces are on their way at once. Memory is reserved by request.hold
/// before it is used, except for the largest of documents. The body is gone afterwards. If the first piece finds too
/// much in flight, nothing is taken; later ones wait. Decompression for a client that has gone is given up.
boost::asio::awaitable<TakenBody> take_body(const RouteContext& context, ListenerFigures& figures, HttpRequest& request,
                                            std::string_view source, ingest::BodyDecoder& decoder,
                                            PieceObserver& observer);

}  // namespace trailkeeper::serve
