-- Labels, goto and break.
do
  goto done
  print(1)
  ::done::
end
for i = 1, 3 do
  for j = 1, 3 do
    if i == j then goto continue end
    local x = i
    print(x)
    ::continue::
  end
end
while true do
  do
    if x then break end
    goto next
  end
  local y
  ::next:: ;;; ::other::
end
do
  local i = 1
  ::top::
  i = i + 1
  if i < 3 then goto top else goto out end
end
::out::
repeat
  goto skip
  ::skip::
  local z = 1
until z
local function f(n)
  ::again::
  if n > 3 then goto finish end
  n = n + 1
  do goto again end
  ::finish::
  return n
end
do ::a:: do ::b:: goto a end end
do ::b:: end
for _ = 1, 2 do if f then break else goto e end ::e:: end
::last:: ;
