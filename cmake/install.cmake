include(GNUInstallDirs)

# compressed(FROM NAME): FROM as NAME in the build folder, compressed so that the same bytes give the same file.
function(compressed from name)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/${name} DEPENDS ${from}
    COMMAND gzip -9nc ${from} > ${CMAKE_BINARY_DIR}/${name} VERBATIM)
  string(MAKE_C_IDENTIFIER ${name} target)
  add_custom_target(${target} ALL DEPENDS ${CMAKE_BINARY_DIR}/${name})
endfunction()

install(TARGETS trailkeeper RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
compressed(${CMAKE_SOURCE_DIR}/docs/trailkeeper.1 trailkeeper.1.gz)
install(FILES ${CMAKE_BINARY_DIR}/trailkeeper.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES docs/completion/trailkeeper.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME trailkeeper)
install(FILES docs/completion/_trailkeeper DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(PROGRAMS docs/organization-file DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/trailkeeper)
