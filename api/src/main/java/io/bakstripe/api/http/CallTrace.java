package io.bakstripe.api.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import io.bakstripe.api.audit.AuditLine;
import io.bakstripe.api.audit.AuditTrail;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.procedure.Procedure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/** What is learnt of one call on its way, until its answer makes a line of the audit log of it; any thread may add to it. */
final class CallTrace {
    private final Instant at;
    private final String address;
    private final String method;
    private final String path;
    private final List<Procedure> procedures = new CopyOnWriteArrayList<>();
    private final AtomicBoolean written = new AtomicBoolean();
    private volatile Optional<Login> login = Optional.empty();
    private volatile Optional<InstanceName> instance = Optional.empty();

    CallTrace(Instant at, String address, HttpRequest request) {
        this.at = at;
        this.address = address;
        this.method = request.method().value();
        this.path = request.getUri().path();
    }

    void by(Login caller) {
        login = Optional.of(caller);
    }

    void on(InstanceName name) {
        instance = Optional.of(name);
    }

    void calls(Procedure procedure) {
        procedures.add(procedure);
    }

    /** Writes the line; a second answer, which nobody gets, writes none. */
    HttpResponse answered(HttpResponse response, AuditTrail audit) {
        if (written.compareAndSet(false, true)) {
            audit.record(new AuditLine(
                    at,
                    login.map(Login::name),
                    address,
                    method,
                    path,
                    instance.map(InstanceName::value),
                    procedures.stream().map(Procedure::wireName).toList(),
                    response.status().intValue(),
                    response.getAttribute(Answers.CODE)));
        }
        return response;
    }
}
