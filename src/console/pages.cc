#include "console/pages.h"

#include <algorithm>
#include <iterator>

// The assembler puts each file between two symbols; LEVADA_WEB is the folder.
#define WEB_FILE(name, file)                                 \
  asm(".pushsection .rodata\n"                               \
      "levada_web_" #name ": .incbin \"" LEVADA_WEB "/" file \
      "\"\n"                                                 \
      "levada_web_" #name "_end: .popsection\n");            \
  extern "C" const char name[] __asm__("levada_web_" #name); \
  extern "C" const char name##_end[] __asm__("levada_web_" #name "_end");

WEB_FILE(index_html, "index.html")
WEB_FILE(console_css, "console.css")
WEB_FILE(console_js, "console.js")
WEB_FILE(aws_js, "aws.js")
WEB_FILE(elements_js, "elements.js")
WEB_FILE(overview_js, "overview.js")
WEB_FILE(streams_js, "streams.js")
WEB_FILE(timestream_js, "timestream.js")
WEB_FILE(chart_js, "chart.js")
WEB_FILE(uplot_js, "vendor/uPlot.esm.js")
WEB_FILE(uplot_css, "vendor/uPlot.min.css")

namespace levada::console {
namespace {

constexpr std::string_view html = "text/html; charset=utf-8";
constexpr std::string_view css = "text/css; charset=utf-8";
constexpr std::string_view javascript = "text/javascript; charset=utf-8";

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

#define CONTENT(name) between(name, name##_end)

const Page* find_page(std::string_view path) {
  static const Page pages[] = {
      // made at the first call: a command's start needs none of it
      {"/", html, CONTENT(index_html)},
      {"/console.css", css, CONTENT(console_css)},
      {"/console.js", javascript, CONTENT(console_js)},
      {"/aws.js", javascript, CONTENT(aws_js)},
      {"/elements.js", javascript, CONTENT(elements_js)},
      {"/overview.js", javascript, CONTENT(overview_js)},
      {"/streams.js", javascript, CONTENT(streams_js)},
      {"/timestream.js", javascript, CONTENT(timestream_js)},
      {"/chart.js", javascript, CONTENT(chart_js)},
      {"/vendor/uPlot.esm.js", javascript, CONTENT(uplot_js)},
      {"/vendor/uPlot.min.css", css, CONTENT(uplot_css)},
  };
  const auto* const page =
      std::ranges::find_if(pages, [&](const Page& each) { return each.path == path; });
  return page == std::end(pages) ? nullptr : page;
}

}  // namespace levada::console
