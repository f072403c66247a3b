# libhalfstep.so: the layer `api` and what it needs of those below. All code is hidden but for what halfstep.h marks.
add_library(halfstep_shared SHARED $<TARGET_OBJECTS:hs_api>)
get_target_property(below hs_api LINK_LIBRARIES)
target_link_libraries(halfstep_shared PRIVATE ${below})
target_link_options(halfstep_shared PRIVATE -Wl,--no-undefined -Wl,--exclude-libs,ALL)
set_target_properties(halfstep_shared PROPERTIES
  OUTPUT_NAME halfstep EXPORT_NAME core VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
  LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}" 
  PUBLIC_HEADER "${CMAKE_CURRENT_SOURCE_DIR}/halfstep.h;${CMAKE_CURRENT_SOURCE_DIR}/halfstep_networks.h")
target_include_directories(halfstep_shared INTERFACE
  $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
add_library(halfstep::core ALIAS halfstep_shared)

set(package "${CMAKE_INSTALL_LIBDIR}/cmake/halfstep")
install(TARGETS halfstep_shared EXPORT halfstepTargets
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" PUBLIC_HEADER DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT halfstepTargets NAMESPACE halfstep:: FILE halfstepTargets.cmake DESTINATION "${package}")
include(CMakePackageConfigHelpers)
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/halfstepConfig.cmake"
  "include(\"\${CMAKE_CURRENT_LIST_DIR}/halfstepTargets.cmake\")\n")
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/halfstepConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/halfstepConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/halfstepConfigVersion.cmake"
  DESTINATION "${package}")

# pkg-config finds the prefix from where the file lies, so that an installed tree can be moved.
file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" up "${up}")
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/halfstep.pc" "prefix=\${pcfiledir}/${up}
Name: halfstep
Description: ${PROJECT_DESCRIPTION}
Version: ${PROJECT_VERSION}
Libs: -L\${prefix}/${CMAKE_INSTALL_LIBDIR} -lhalfstep
Cflags: -I\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}
")
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/halfstep.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
