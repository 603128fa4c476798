// A body decoded from its front to its end, as the server does it piece by piece: for tests.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "ingest/wire/body_decoder.h"

namespace trailkeeper::tests {

/// Everything that the decoder takes out of a body, as one delivery; sealed. Calls `each()` behind each piece.
template <typename Each>
ingest::WireResult<ingest::Delivery> decoded_body(ingest::BodyDecoder& decoder, std::string_view body, Each&& each) {
  ingest::BodyWindow window{std::string{body}, std::string_view{}, body.size()};
  ingest::Delivery whole;
  whole.items = 0;
  for (bool more = true; more;) {
    ingest::Delivery piece;
    const auto behind = next_piece(window, decoder, piece);
    if (!behind) return behind.error();
    more = *behind;
    for (const ingest::Document& document : piece.documents) {
      whole.add(std::string_view{piece.bytes}.substr(document.begin, document.end - document.begin),
                whole.items + document.item, document.reason);
    }
    whole.items += piece.items;
    each();
  }
  whole.seal();
  return whole;
}

inline ingest::WireResult<ingest::Delivery> decoded_body(ingest::BodyDecoder& decoder, std::string_view body) {
  return decoded_body(decoder, body, [] {});
}

/// What comes out of an encoded body; nothing but the result if it is damaged.
inline std::pair<ingest::DecodeResult, std::string> decoded(std::string_view encoding, std::string body,
                                                            std::size_t limit) {
  ingest::BodyWindow window{std::move(body), encoding, limit};
  std::string out;
  bool more = true;
  while (more) {
    out += window.view();
    window.consume(window.view().size());
    more = window.grow();
  }
  return {window.result(), window.result() == ingest::DecodeResult::ok ? out : ""};
}

}  // namespace trailkeeper::tests
