# The Debian package: cmake --build BUILD --target package. What it adds to an installation is in cmake/package/.
set(TRAILKEEPER_MAINTAINER "Trailkeeper <root@localhost>" CACHE STRING "Who maintains the package")
set(PACKAGE_MAINTAINER ${TRAILKEEPER_MAINTAINER})
string(TIMESTAMP PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(cmake/package/changelog.in ${CMAKE_BINARY_DIR}/changelog @ONLY)

# Not part of `cmake --install`: these have their places, whatever the prefix.
set(documentation /usr/share/doc/trailkeeper)
install(FILES cmake/package/serve.toml DESTINATION /etc/trailkeeper COMPONENT service EXCLUDE_FROM_ALL)
install(FILES cmake/package/trailkeeper.service DESTINATION /lib/systemd/system COMPONENT service EXCLUDE_FROM_ALL)
install(FILES cmake/package/copyright DESTINATION ${documentation} COMPONENT service EXCLUDE_FROM_ALL)
compressed(${CMAKE_BINARY_DIR}/changelog changelog.Debian.gz)
compressed(${CMAKE_SOURCE_DIR}/CHANGELOG.md changelog.gz)
install(FILES ${CMAKE_BINARY_DIR}/changelog.Debian.gz ${CMAKE_BINARY_DIR}/changelog.gz
  DESTINATION ${documentation} COMPONENT service EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME trailkeeper)
set(CPACK_PACKAGE_CONTACT ${TRAILKEEPER_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "keeps CloudTrail audit trails and answers questions about them")
set(CPACK_PACKAGE_DESCRIPTION "Trailkeeper keeps AWS CloudTrail events byte for byte in a directory of its own,
without duplicates, and finds them in milliseconds. It replays archives, and
runs as a service that takes events from log shippers (HTTP, syslog, Fluentd's
Forward protocol) and answers CloudTrail's LookupEvents.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/package)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL Unspecified service)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, init-system-helpers (>= 1.54)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(package ${CMAKE_SOURCE_DIR}/cmake/package)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${package}/postinst ${package}/prerm ${package}/postrm ${package}/conffiles)
include(CPack)
