package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.extractMethod;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.ExceptionHandler;
import akka.http.javadsl.server.MethodRejection;
import akka.http.javadsl.server.Rejection;
import akka.http.javadsl.server.RejectionHandler;
import akka.http.javadsl.server.Route;
import akka.http.scaladsl.model.EntityStreamSizeException;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.error.Problem;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever goes wrong in a call into a problem document. What is not in the catalogue is logged and shown without its inside. */
final class Faults {
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);

    private Faults() {}

    static ExceptionHandler exceptions() {
        return ExceptionHandler.newBuilder()
                .matchAny(failure -> complete(Answers.problem(problemOf(failure))))
                .build();
    }

    static RejectionHandler rejections() {
        return RejectionHandler.newBuilder()
                .handleAll(MethodRejection.class, Faults::wrongMethod)
                .handleAll(Rejection.class, Faults::unexpected)
                .handleNotFound(complete(Answers.problem(BackupError.PATH_UNKNOWN.problem())))
                .build();
    }

    /** The problem to show for {@code failure}; an unexpected one is logged here. */
    static Problem problemOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BakstripeException known) {
                if (known.problem().error() == BackupError.INTERNAL) {
                    return defect(failure);
                }
                return known.problem();
            }
            if (cause instanceof TimeoutException) {
                return BackupError.CLUSTER_TIMEOUT.problem("the cluster");
            }
            if (cause instanceof EntityStreamSizeException tooLarge) {
                return BackupError.BODY_TOO_LARGE.problem(tooLarge.limit());
            }
        }
        return defect(failure);
    }

    private static Problem defect(Throwable failure) {
        LOG.error("A call failed unexpectedly", failure);
        return BackupError.INTERNAL.problem("the node's log names the cause");
    }

    private static Route wrongMethod(List<MethodRejection> rejections) {
        String allowed = rejections.stream()
                .map(rejection -> rejection.supported().value())
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return extractMethod(method -> {
            HttpResponse response = Answers.problem(BackupError.METHOD_WRONG.problem(method.value(), allowed));
            return complete(response.addHeader(RawHeader.create("Allow", allowed)));
        });
    }

    private static Route unexpected(List<Rejection> rejections) {
        return complete(Answers.problem(BackupError.REQUEST_MALFORMED.problem(
                rejections.get(0).getClass().getSimpleName())));
    }
}
