package io.bakstripe.api.http;

import akka.event.LoggingAdapter;
import akka.http.ParsingErrorHandler;
import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.ErrorInfo;
import akka.http.scaladsl.model.StatusCode;
import akka.http.scaladsl.settings.ServerSettings;
import io.bakstripe.protocol.error.BackupError;

/** Answers requests that are too malformed for any route, such as wrong percent-encoding, with a problem document too. */
public final class ProblemParsingErrors extends ParsingErrorHandler {
    /** Where Akka HTTP looks for the instance: it expects a Scala object. */
    @SuppressWarnings({"checkstyle:ConstantName", "MemberName"})
    public static final ProblemParsingErrors MODULE$ = new ProblemParsingErrors();

    private ProblemParsingErrors() {}

    @Override
    public HttpResponse handle(StatusCode status, ErrorInfo info, LoggingAdapter log, ServerSettings settings) {
        log.info("Illegal request: {}", info.summary());
        var problem = BackupError.REQUEST_MALFORMED.problem(info.summary());
        return Answers.problem(problem, ProblemDocument.of(problem).withStatus(status.intValue()));
    }
}
