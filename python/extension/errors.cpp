// hillock's exceptions and findings as Python objects.
#include "errors.hpp"

#include <nanobind/stl/string.h>

#include <new>

namespace nb = nanobind;

namespace hillock::python {

namespace {

nb::object named(const char* name) { return nb::module_::import_("hillock.errors").attr(name); }

void set_error(const char* name, const base::Error& error, const nb::tuple& diagnostics = nb::tuple()) {
  const nb::object type = named(name);
  const nb::object value = type(nb::str(error.what()), diagnostics);
  PyErr_SetObject(type.ptr(), value.ptr());
}

void translate(const std::exception_ptr& exception, void*) {
  try {
    std::rethrow_exception(exception);
  } catch (const base::UserError& error) {
    set_error("UserError", error, findings(error.diagnostics()));
  } catch (const base::NumericsError& error) {
    set_error("NumericsError", error);
  } catch (const base::IoError& error) {
    set_error("IoError", error);
  } catch (const base::ResourceError& error) {
    set_error("ResourceError", error);
  } catch (const base::Error& error) {
    set_error("InternalError", error);
  }
}

}  // namespace

nb::tuple findings(std::span<const base::Diagnostic> diagnostics) {
  const nb::object type = named("Diagnostic");
  nb::list list;
  for (const base::Diagnostic& one : diagnostics)
    list.append(type(nb::arg("message") = one.message, nb::arg("remedy") = one.remedy,
                     nb::arg("file") = one.file, nb::arg("line") = one.line, nb::arg("column") = one.column,
                     nb::arg("length") = one.length,
                     nb::arg("severity") = one.severity == base::Severity::error ? "error" : "warning",
                     nb::arg("text") = base::format(one)));
  return nb::tuple(list);
}

void translate_errors() { nb::register_exception_translator(translate); }

}  // namespace hillock::python
