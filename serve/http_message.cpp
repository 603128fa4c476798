#include "serve/http_message.h"

#include <boost/beast/http/status.hpp>

#include "text/json_writer.h"

namespace trailkeeper::serve {

std::string_view status_text(int status) {
  const auto text =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  return {text.data(), text.size()};
}

HttpResponse error_response(int status, std::string_view message) {
  HttpResponse response;
  response.status = status;
  text::JsonWriter{response.body}.open('{').name("error").open('{').member("message", message).close('}').close('}');
  response.body += "\n";
  return response;
}

HttpResponse aws_error(int status, std::string_view type, std::string_view message) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/x-amz-json-1.1";
  response.headers.emplace_back("x-amzn-ErrorType", std::string{type});
  text::JsonWriter{response.body}.open('{').member("__type", type).member("message", message).close('}');
  return response;
}

HttpResponse retry_response(int status, std::string_view message) {
  HttpResponse response = error_response(status, message);
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace trailkeeper::serve
