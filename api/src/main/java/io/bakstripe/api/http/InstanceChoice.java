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

/** Which instance a call is for, among those that its caller may use: {@code ?instance=}, which may be left out while there is one. */
final class InstanceChoice {
    private static final String PARAMETER = "instance";

    private final InstanceQueries instances;
    private final Caller caller;

    InstanceChoice(InstanceQueries instances, Caller caller) {
        this.instances = instances;
        this.caller = caller;
    }

    /** Passes the instance on, or fails with {@code INSTANCE_AMBIGUOUS}, {@code INSTANCE_UNKNOWN} or {@code INSTANCE_NOT_ALLOWED}. */
    Route choose(Function<InstanceName, Route> inner) {
        return parameterOptional(StringUnmarshallers.STRING, PARAMETER, given -> inner.apply(chosen(given)));
    }

    /** The instances that the caller may use, by name. */
    List<InstanceName> usable() {
        return instances.declared().stream()
                .map(InstanceDefinition::name)
                .filter(caller.principal()::mayUse)
                .toList();
    }

    /** The instance of that name; fails when there is none, or when the caller may not use it. */
    InstanceName named(String name) {
        // Checked here so that nonsense never addresses an entity of the cluster.
        return caller.on(instances.declared().stream()
                .map(InstanceDefinition::name)
                .filter(declared -> declared.value().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        BackupError.INSTANCE_UNKNOWN.problem(name).on(PARAMETER).asException()));
    }

    /** Refuses a caller that may use some instances only: for calls that tell of all of them. */
    void requireAll() {
        for (InstanceDefinition declared : instances.declared()) {
            if (!caller.principal().mayUse(declared.name())) {
                throw BackupError.INSTANCE_NOT_ALLOWED
                        .problem(caller.login().name(), declared.name())
                        .asException();
            }
        }
    }

    private InstanceName chosen(Optional<String> given) {
        return given.map(this::named).orElseGet(this::onlyOne);
    }

    private InstanceName onlyOne() {
        List<InstanceName> usable = usable();
        if (usable.size() != 1) {
            String names = usable.isEmpty()
                    ? "none"
                    : String.join(", ", usable.stream().map(InstanceName::value).toList());
            throw BackupError.INSTANCE_AMBIGUOUS.problem(names).on(PARAMETER).asException();
        }
        return caller.on(usable.get(0));
    }
}
