#include "query/sql/translate.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/sql/parser.h"
#include "query/sql/refused.h"
#include "query/sql/translating.h"

namespace trailkeeper::query::sql {

text::Result<Translation> translate(std::string_view sql, const Surroundings& surroundings) {
  try {
    const Statement statement = parse(sql);
    return Translating{surroundings}.statement(statement);
  } catch (const Refused& refused) {
    return refused.problem();
  }
}

TextPlace text_place(std::string_view text, std::size_t offset) {
  text = text.substr(0, offset);
  const auto lines = std::count(text.begin(), text.end(), '\n');
  const std::size_t begin = text.rfind('\n') == std::string_view::npos ? 0 : text.rfind('\n') + 1;
  const std::string_view line = text.substr(begin);
  const auto characters =
      std::count_if(line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return {static_cast<std::size_t>(lines) + 1, static_cast<std::size_t>(characters) + 1};
}

std::string place_in_text(std::string_view text, std::size_t offset) {
  const TextPlace place = text_place(text, offset);
  return fmt::format("line {}, column {}", place.line, place.column);
}

Translation Translating::statement(const Statement& statement) {
  Rows rows = query(*statement.query, nullptr);
  result_.sql = std::move(rows.sql);
  result_.columns = std::move(rows.columns);
  result_.explain = statement.explain;
  return std::move(result_);
}

void take_bare(Value& into, Value&& from) {
  for (BareColumn& column : from.bare) into.bare.push_back(std::move(column));
}

std::string joined_sql(const std::vector<std::string>& parts, std::string_view word) {
  if (parts.size() == 1) return parts.front();
  std::vector<std::string> level = parts;
  while (level.size() > 1) {
    std::vector<std::string> next;
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
      next.push_back(fmt::format("({} {} {})", level[i], word, level[i + 1]));
    }
    if (level.size() % 2 == 1) next.push_back(std::move(level.back()));
    level.swap(next);
  }
  return std::move(level.front());
}

}  // namespace trailkeeper::query::sql
