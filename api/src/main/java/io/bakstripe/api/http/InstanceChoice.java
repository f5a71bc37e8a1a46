package io.bakstripe.api.http;

import static akka.http.javadsl.server.Directives.parameterOptional;

import akka.http.javadsl.server.Route;
import akka.http.javadsl.unmarshalling.StringUnmarshallers;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.port.InstanceQueries;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Which instance a call is for: {@code ?instance=}, which may be left out while there is one. */
final class InstanceChoice {
    private static final String PARAMETER = "instance";

    private final InstanceQueries instances;

    InstanceChoice(InstanceQueries instances) {
        this.instances = instances;
    }

    /** Passes the instance on, or fails with {@code INSTANCE_AMBIGUOUS} or {@code INSTANCE_UNKNOWN}. */
    Route choose(Function<InstanceName, Route> inner) {
        return parameterOptional(StringUnmarshallers.STRING, PARAMETER, given -> inner.apply(chosen(given)));
    }

    private InstanceName chosen(Optional<String> given) {
        List<InstanceName> declared =
                instances.declared().stream().map(InstanceDefinition::name).toList();
        if (given.isEmpty()) {
            if (declared.size() != 1) {
                String names = declared.isEmpty()
                        ? "none"
                        : String.join(
                                ", ", declared.stream().map(InstanceName::value).toList());
                throw BackupError.INSTANCE_AMBIGUOUS
                        .problem(names)
                        .on(PARAMETER)
                        .asException();
            }
            return declared.get(0);
        }
        // Checked here so that nonsense never addresses an entity of the cluster.
        return declared.stream()
                .filter(name -> name.value().equals(given.get()))
                .findFirst()
                .orElseThrow(() -> BackupError.INSTANCE_UNKNOWN
                        .problem(given.get())
                        .on(PARAMETER)
                        .asException());
    }
}
