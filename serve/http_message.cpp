#include "serve/http_message.h"

#include <boost/beast/http/status.hpp>

#include "text/json_text.h"

namespace trailkeeper::serve {

std::string_view status_text(int status) {
  const auto text =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  return {text.data(), text.size()};
}

HttpResponse error_response(int status, std::string_view message) {
  HttpResponse response;
  response.status = status;
  response.body = "{\"error\":{\"message\":";
  text::append_quoted(message, response.body);
  response.body += "}}\n";
  return response;
}

HttpResponse aws_error(int status, std::string_view type, std::string_view message) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/x-amz-json-1.1";
  response.headers.emplace_back("x-amzn-ErrorType", std::string{type});
  response.body = "{\"__type\":";
  text::append_quoted(type, response.body);
  response.body += ",\"message\":";
  text::append_quoted(message, response.body);
  response.body += "}";
  return response;
}

HttpResponse retry_response(int status, std::string_view message) {
  HttpResponse response = error_response(status, message);
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace trailkeeper::serve
