package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.completeWithFuture;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.server.Route;
import io.bakstripe.protocol.port.NodeMetrics;

/** {@code GET /metrics}: Prometheus' text format. With a token, because it names databases. */
final class MetricsRoutes {
    private static final ContentType.NonBinary TEXT = ContentTypes.TEXT_PLAIN_UTF8;

    private MetricsRoutes() {}

    static Route routes(NodeMetrics metrics, InstanceChoice instances) {
        return path(
                "metrics",
                () -> get(() -> {
                    instances.requireAll();
                    return completeWithFuture(metrics.text().thenApply(MetricsRoutes::answer));
                }));
    }

    private static HttpResponse answer(String text) {
        return HttpResponse.create().withStatus(StatusCodes.OK).withEntity(TEXT, text);
    }
}
