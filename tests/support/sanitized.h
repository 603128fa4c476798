// Whether this is a sanitizer's build, where everything takes many times as long.
#pragma once

namespace trailkeeper::tests {

/// Property tests take fewer events then: a race or an overrun shows in a hundred as in a thousand.
#if defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#elif defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

}  // namespace trailkeeper::tests
