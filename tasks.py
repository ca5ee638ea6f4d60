"""The project's commands: `./inv --list`. The work is in ops/commands and the nouns beside it."""

from invoke.collection import Collection

from ops.commands import bench, chaos, cluster, dashboards, doctor, loadtest, report, stack, test

namespace = Collection()
for module in (stack, doctor, test, loadtest, bench, chaos, report, dashboards):
    for task in Collection.from_module(module).tasks.values():
        namespace.add_task(task)
namespace.add_collection(Collection.from_module(cluster))
