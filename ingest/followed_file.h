// Opens files in a followed folder, and nothing that lies elsewhere.
#pragma once

#include <string>

#include "store/lmdb/store_files.h"

namespace trailkeeper::ingest {

struct FollowedFile {
  store::Descriptor file;  ///< Open for reading; closed if there is nothing to read.
  std::string problem;     ///< Why it isn't taken in; empty if it is, or if it is gone.
};

/// Opens `path`, which begins with `folder` and a slash. Somebody who may put names into the folder must not be able to
/// make this process read what they can't read themselves, or wait. So no link is followed, whether it is the file or a
/// folder on the way, and pipes and devices are refused. What is examined is the file that was opened, since the name
/// may lead to another one meanwhile.
FollowedFile open_followed(const std::string& folder, const std::string& path);

}  // namespace trailkeeper::ingest
